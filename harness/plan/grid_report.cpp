#include "harness/plan/grid_report.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "harness/plan/split.hpp"

namespace tessera {

std::string grid_text(const GridDims& grid, int axes) {
  const int ranks = grid.processes();
  return fmt::format("{} rank{}: {} replica{} of {} part{}", ranks, ranks == 1 ? "" : "s", grid.replicas,
                     grid.replicas == 1 ? "" : "s", split_text(grid, axes), grid.parts() == 1 ? "" : "s");
}

void add_grid(nlohmann::json& report, const GridDims& grid) {
  report["ranks"] = grid.processes();
  report["replicas"] = grid.replicas;
  report["split"] = {{"depth", grid.depth}, {"height", grid.height}, {"width", grid.width}};
}

}  // namespace tessera
