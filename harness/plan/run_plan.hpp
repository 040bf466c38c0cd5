#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/workloads/batch_size.hpp"
#include "parallel/partition_plan.hpp"

/// `tessera plan`: the plan of a partition in the figures that people and other programs ask for.
namespace tessera {

/// All memory of one part that depends on the configuration, in bytes; what libraries take, and the cache of
/// samples, come on top.
struct PartMemory {
  std::size_t activations = 0, scratch = 0;
  std::size_t exchanges = 0;  // messages that must be packed, and those that arrive to be added
  std::size_t input = 0;      // batches read ahead, and the one in use
  std::size_t parameters = 0;
  std::size_t gradients = 0;  // and their sums so far, where a step has several passes
  std::size_t optimizer = 0;  // its state

  std::size_t total() const {
    return activations + scratch + exchanges + input + parameters + gradients + optimizer;
  }
  friend bool operator==(const PartMemory&, const PartMemory&) = default;
};

/// Fraction of the bytes communicated in a step that no computation hides, by the order of the program;
/// 0 where nothing is communicated.
struct ExposedFraction {
  double exchange = 0, reduction = 0, all = 0;
  friend bool operator==(const ExposedFraction&, const ExposedFraction&) = default;
};

struct RunPlan {
  PartitionPlan partition;
  BatchSize batch;
  std::size_t optimizer_bytes = 0;
  std::int64_t input_batches = 1;  // in memory at a time

  std::vector<PartMemory> memory() const;  // by part
  std::size_t reduced_bytes() const;       // of gradients, by each rank in a step
  ExposedFraction exposed_fraction() const;
  /// Most work of a part over the mean of all.
  double load_imbalance() const;
  /// Speed-up over one process divided by the parts, were there nothing but the work of the slowest part.
  double efficiency_bound() const;
};

}  // namespace tessera
