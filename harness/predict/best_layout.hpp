#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/predict/performance_model.hpp"

namespace tessera {

/// Ways to lay a run on `ranks` ranks, the fastest first: all grids whose samples have at most so many parts,
/// and with them what global batches are asked for; only those whose ranks have the memory for it.
struct LayoutSearch {
  int ranks = 1;
  std::optional<std::int64_t> global_batch;  // none: 1, 2, 4 and so on samples a replica, up to 16
  int most_parts = 256;
  std::size_t most = 10;  // of the fastest
};

/// By samples a second; the kernels' scratch counts as memory. Throws InputError where none would do, with
/// why.
std::vector<Prediction> best_layouts(const PerformanceModel& model, const MachineDescription& machine,
                                     const LayoutSearch& search);

}  // namespace tessera
