#pragma once

#include <cstdint>
#include <vector>

#include "harness/config/config.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// The training samples of this process's replica in one epoch, in order; see io/dataset/epoch_order.hpp.
std::vector<std::int64_t> training_order(const ProcessGrid& grid, Shuffle shuffle, std::int64_t samples,
                                         std::uint64_t seed, int epoch, std::int64_t global_batch);

}  // namespace tessera
