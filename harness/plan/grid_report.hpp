#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "harness/plan/split.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// "4 ranks: 2 replicas of 2x1 parts", of samples with so many axes.
inline std::string grid_text(const GridDims& grid, int axes) {
  const int ranks = grid.processes();
  return fmt::format("{} rank{}: {} replica{} of {} part{}", ranks, ranks == 1 ? "" : "s", grid.replicas,
                     grid.replicas == 1 ? "" : "s", split_text(grid, axes), grid.parts() == 1 ? "" : "s");
}

/// Sets the keys by which reports name a grid: ranks, replicas and split.
inline void add_grid(nlohmann::json& report, const GridDims& grid) {
  report["ranks"] = grid.processes();
  report["replicas"] = grid.replicas;
  report["split"] = {{"depth", grid.depth}, {"height", grid.height}, {"width", grid.width}};
}

}  // namespace tessera
