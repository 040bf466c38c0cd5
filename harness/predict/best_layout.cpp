#include "harness/predict/best_layout.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "harness/plan/split.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kMostSamples = 16;  // a replica and pass

// Of a replica, in one pass.
std::vector<std::int64_t> batches(const LayoutSearch& search, int replicas) {
  if (!search.global_batch) {
    std::vector<std::int64_t> powers;
    for (std::int64_t batch = 1; batch <= kMostSamples; batch *= 2) powers.push_back(batch);
    return powers;
  }
  if (*search.global_batch % replicas != 0) return {};
  return {*search.global_batch / replicas};
}

}  // namespace

std::vector<Prediction> best_layouts(const PerformanceModel& model, const MachineDescription& machine,
                                     const LayoutSearch& search) {
  std::vector<Prediction> found;
  bool some = false;
  for (const GridDims& grid : possible_grids(search.ranks, model.workload().graph(1))) {
    if (grid.parts() > search.most_parts) continue;
    for (const std::int64_t batch : batches(search, grid.replicas)) {
      some = true;
      Prediction prediction = model.predict(machine, grid, {batch * grid.replicas, batch, 1});
      if (prediction.fits()) found.push_back(std::move(prediction));
    }
  }
  if (!some)
    throw InputError(
        fmt::format("no grid of {} ranks, of up to {} parts a sample, shares a global batch of {}",
                    search.ranks, search.most_parts, search.global_batch.value_or(0)),
        "predict --best", "choose a global batch that the ranks, or a part of them, divide");
  std::ranges::sort(found, std::greater(), &Prediction::samples_per_second);
  std::vector<Prediction> best;
  for (Prediction& prediction : found) {
    if (best.size() == search.most) break;
    model.add_scratch(prediction, machine);
    if (prediction.fits()) best.push_back(std::move(prediction));
  }
  if (best.empty())
    throw InputError(
        fmt::format("no layout of {} ranks fits a rank's memory on {}", search.ranks, machine.name),
        "predict --best", "lower the batch, or start fewer ranks a node");
  return best;
}

}  // namespace tessera
