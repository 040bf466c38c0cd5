#pragma once

#include <string>
#include <vector>

#include "parallel/partition.hpp"

namespace tessera::test {

/// Every way to lay out `parts` parts of one sample along depth, height and width.
inline std::vector<GridDims> grids_of(int parts) {
  std::vector<GridDims> grids;
  for (int depth = 1; depth <= parts; ++depth)
    for (int height = 1; depth * height <= parts; ++height)
      if (parts % (depth * height) == 0) grids.push_back({1, depth, height, parts / depth / height});
  return grids;
}

inline std::string name_of(const GridDims& dims) {
  return std::to_string(dims.depth) + "x" + std::to_string(dims.height) + "x" + std::to_string(dims.width);
}

}  // namespace tessera::test
