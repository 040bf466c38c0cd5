#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "parallel/partition.hpp"

namespace tessera {

/// "4 ranks: 2 replicas of 2x1 parts", of samples with so many axes.
std::string grid_text(const GridDims& grid, int axes);

/// Sets the keys by which reports name a grid: ranks, replicas and split.
void add_grid(nlohmann::json& report, const GridDims& grid);

}  // namespace tessera
