#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/bench/step_profile.hpp"
#include "harness/config/config.hpp"
#include "harness/process/statistics.hpp"
#include "harness/train/generic_calls.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// One call of a training step, measured inside the step. Medians over the repeats.
struct BenchedCall {
  std::string node;
  std::string call;  // "forward", "backward_inputs", "backward_parameters", "gather", "scatter_add"
  double seconds = 0;
  double flop = 0, bytes = 0;  // bytes of the tensors held here, and parameters, each counted once
  std::string implementation;
  /// Of a convolution with the library's kernels: the best of its primitives alone, measured in the same
  /// rounds; else 0.
  double ceiling_seconds = 0;
  std::string ceiling_implementation;
};

/// A training step of every rank, and what the convolutions of one would take by themselves.
struct StepBench {
  GridDims grid;
  int axes = 3;                        // of samples
  std::int64_t batch = 1, passes = 1;  // of a replica: samples a pass, passes a step
  std::int64_t repeats = 1;
  std::string simulated;           // the machine whose description said how long to wait; empty: computed
  int threads = 1;                 // of a rank
  Element element = Element::F32;  // of tensors
  std::vector<BenchedCall> calls;  // of rank 0
  std::vector<GenericCall> generic_calls;       // of rank 0
  double loss_seconds = 0, update_seconds = 0;  // of rank 0
  double ceiling_seconds = 0;                   // sum over the convolutions of rank 0
  /// Medians of each rank, spread over the ranks. A step is forward, loss, backward, sum of gradients and
  /// update; exposed is what is waited for, other ranks' lateness included.
  MinMedianMax step_seconds, compute_seconds, exposed_exchange_seconds, exposed_reduction_seconds;
  std::vector<double> slowest_step_seconds;  // by round, of the slowest rank
  double step() const { return median(slowest_step_seconds); }
  double compute_cpu_seconds = 0;  // of all threads of all ranks, in the operations' calls of a step
  MinMedianMax peak_bytes;         // of a process after its first steps, before the ceilings' own memory
};

/// Runs `repeats` rounds of the step that training takes, on synthetic tensors: each one step that warms the
/// caches and doesn't count, one that does, and then each ceiling once, so that all see the same machine; a
/// warm-up round before them doesn't count. Workload gives graph, loss and optimizer; no data is read.
/// Collective; rank 0 has all of the result.
StepBench bench_step(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                     const BatchSize& batch, std::int64_t repeats);

/// Notes what this rank's steps took, by its profile, and how that spreads over the ranks. Collective.
void note_times(const StepProfile& profile, const Communicator& world, StepBench& bench);

nlohmann::json to_json(const StepBench& bench);
/// A table for people.
std::string to_string(const StepBench& bench);

}  // namespace tessera
