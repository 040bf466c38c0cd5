#pragma once

#include <optional>

#include "results/study/study.hpp"

/// Efficiencies of the POP Centre of Excellence, by their published formulas: the standard metrics of
/// parallel performance (pop-coe.eu, "POP Standard Metrics for Parallel Performance Analysis"), and for MPI
/// with threads the multiplicative hybrid model of TALP (DLB's user guide, "TALP Performance metrics"; in
/// bsc-pm/dlb, src/talp/perf_metrics.c, the first version of the hybrid model). What can't be observed is
/// nothing, never 1.
namespace tessera {

/// Time of a rank outside its waits for halos, sums and samples: POP's useful computation.
double useful_seconds(const RankSeconds& rank);
/// Time in those waits: POP's communication, reading samples included.
double waiting_seconds(const RankSeconds& rank);

/// Of processes. parallel = load_balance * communication; communication = serialisation * transfer.
struct PopEfficiencies {
  double parallel = 0;
  double load_balance = 0;   // mean / max useful time over the ranks
  double communication = 0;  // max useful time / elapsed, the slowest rank's step
  /// max useful time / ideal, and ideal / elapsed, of the step at zero latency and infinite bandwidth.
  std::optional<double> serialisation = std::nullopt, transfer = std::nullopt;
};

/// Nothing where no rank's times were recorded.
std::optional<PopEfficiencies> pop_efficiencies(const StudyMeasurement& measured);

/// Useful time, of all cores and for the same work, of the base over that of the point. For strong scaling
/// that is the ratio of total useful times; for weak scaling, whose work grows with the ranks, that of the
/// times of a rank. Both must have been measured; nothing where either has no ranks' times.
std::optional<double> computation_scaling(const StudyPoint& point, const StudyPoint& base);

/// Times of all threads of a step, in seconds, as TALP classifies them.
struct TalpTimes {
  int cpus = 1;
  double elapsed = 0;
  double useful = 0;           // of all threads
  double mpi = 0;              // of the threads that communicate, one a rank
  double omp = 0;              // of all threads: idle in and outside of parallel regions
  double least_mpi_a_cpu = 0;  // of the rank with least: its MPI time over its CPUs
};

/// Useful is CPU time while a rank computed, of no more than its threads, and what is bookkeeping of one
/// thread; of a rank of one thread it is all time outside waits. Nothing where there are several threads
/// whose CPU time wasn't measured, or no ranks' times.
std::optional<TalpTimes> talp_times(const StudyLayout& layout, const StudyMeasurement& measured);

/// Of MPI and threads. parallel = mpi * omp. Load balance, scheduling and serialisation within omp need a
/// look into the thread library that there isn't here.
struct HybridEfficiencies {
  double parallel = 0;
  double mpi = 0;                // useful / (useful + mpi)
  double mpi_communication = 0;  // most time outside MPI of a rank, a CPU / elapsed
  double mpi_load_balance = 0;   // mean / most time outside MPI of a rank, a CPU
  double omp = 0;                // (useful + mpi) / all
};

HybridEfficiencies hybrid_efficiencies(const TalpTimes& times);

}  // namespace tessera
