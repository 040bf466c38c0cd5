#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/plan/make_plan.hpp"
#include "harness/predict/machine_description.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// Where a training step's time goes, in seconds; they add up to the step.
struct PredictedTimes {
  double computing = 0;   // of the rank that computes most
  double exchanging = 0;  // what it does for and waits for parts of samples and short sums
  double reducing = 0;    // what it waits for sums of gradients
  double skew = 0;        // how much later the slowest of all ranks is
  double input = 0;       // reading that nothing hides
  double step() const { return computing + exchanging + reducing + skew + input; }
  friend bool operator==(const PredictedTimes&, const PredictedTimes&) = default;
};

/// Samples on their way from storage.
struct PredictedInput {
  double node_bytes = 0;    // of the training samples that a node draws from
  double cache_bytes = 0;   // of its memory that holds them
  double share_read = 0;    // of a step's samples, after the first epoch
  double read_seconds = 0;  // for them, of a step; what isn't hidden is in the step's times
  friend bool operator==(const PredictedInput&, const PredictedInput&) = default;
};

struct Prediction {
  GridDims grid;
  int axes = 3;  // of samples
  BatchSize batch;
  std::int64_t nodes = 1;
  PredictedTimes seconds;
  double ideal_seconds = 0;  // of a step on a network that takes no time, without skew and reading
  /// One rank's step of a replica's batch, of computing alone, over the parts' step times their number.
  double efficiency = 0;
  PredictedInput input;
  std::string all_reduce;            // the algorithm of the largest bucket, or "measured"
  std::size_t memory_bytes = 0;      // of the rank that needs most, without the kernels' scratch at first
  int fullest_part = 0;              // of a sample, which that rank has
  std::size_t memory_limit = 0;      // a rank's share of its node
  double flop = 0;                   // of a step, all ranks together
  std::vector<std::string> unknown;  // what the machine's file leaves out, in words

  double samples_per_second() const { return static_cast<double>(batch.global) / seconds.step(); }
  bool fits() const { return memory_bytes <= memory_limit; }
};

/// What a configuration's training would take on a machine. It composes the program that a run would execute,
/// of the parts of one sample, as replicas do the same, and the sums over all ranks. Neither MPI nor data nor
/// a network's memory is needed.
class PerformanceModel {
 public:
  /// Throws InputError where the configuration's network doesn't fit its input.
  explicit PerformanceModel(const Config& config);

  /// Throws InputError where the machine lacks a number that is needed.
  Prediction predict(const MachineDescription& machine, const GridDims& grid, const BatchSize& batch) const;
  /// Adds the kernels' scratch to the memory of the rank that needs most. They are made for it, which takes a
  /// moment: this program's, for the processor of this machine, with the threads that the machine's ranks
  /// have.
  void add_scratch(Prediction& prediction, const MachineDescription& machine) const;
  /// Seconds of `epochs` of such steps, each with an evaluation, whose forward passes are counted as a third
  /// of a step.
  double solution_seconds(const Prediction& prediction, double epochs) const;

  const Config& config() const { return config_; }
  const Workload& workload() const { return *workload_; }

 private:
  PredictedInput input_of(const MachineDescription& machine, const Graph& graph, const GridDims& grid,
                          const BatchSize& batch, std::int64_t nodes, std::size_t rank_bytes) const;

  Config config_;
  std::unique_ptr<const Workload> workload_;
  PlannedParameters parameters_;
};

}  // namespace tessera
