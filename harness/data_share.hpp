#pragma once

#include <array>
#include <cstddef>

#include "models/graph.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What one process takes of a data set.
struct DataShare {
  std::size_t cache_bytes = 0;       // memory that it may keep samples in
  Box part;                          // of each sample: what its network reads, margins included
  std::array<bool, 3> split_axes{};  // D H W: axes along which processes share a sample
};

/// This process's on a grid that trains the network.
DataShare data_share(const Graph& network, const ProcessGrid& grid, std::size_t cache_bytes);

}  // namespace tessera
