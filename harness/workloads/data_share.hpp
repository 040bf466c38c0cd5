#pragma once

#include <array>
#include <cstddef>

#include "harness/config/config.hpp"
#include "io/dataset/staging_plan.hpp"
#include "models/network/graph.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What one process takes of a data set.
struct DataShare {
  std::size_t cache_bytes = 0;       // memory that it may keep samples in
  Box part;                          // of each sample: what its network reads, margins included
  std::array<bool, 3> split_axes{};  // D H W: axes along which processes share a sample
  Box with_target;       // `part`, joined with the box of the target where the target has spatial axes
  DrawnSamples samples;  // that its replica reads
};

/// This process's on a grid that trains the network.
DataShare data_share(const Graph& network, const ProcessGrid& grid, const DataConfig& data,
                     std::size_t cache_bytes);

/// DataShare::with_target of each part.
std::vector<Box> boxes_of_parts(const Graph& network, const GridDims& dims);

}  // namespace tessera
