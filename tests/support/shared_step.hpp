#pragma once

#include "parallel/exchange_maker.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/place.hpp"
#include "support/first_step.hpp"

namespace tessera::test {

/// The first training step of a graph whose samples the ranks of a grid (of one replica) share: the sums of
/// all shares, and this rank's statistics.
inline FirstStep shared_step(const Graph& graph, const ProcessGrid& grid, Kernels& kernels,
                             Overlap overlap = Overlap::Auto) {
  const GridDims& dims = grid.dims();
  MpiGroupSum group(grid.spatial());
  FirstStep step = first_step(graph, place(graph, Partition(dims), grid.part(), overlap), dims.parts(),
                              kernels, exchange_maker(graph, grid, kernels.element()), group);
  grid.world().sum(std::span<double>(step.gradients));
  grid.world().sum(std::span<double>(&step.loss, 1));
  return step;
}

/// The same step by rank 0 alone, told to all.
inline FirstStep whole_step(const Graph& graph, const Communicator& world, Kernels& kernels) {
  FirstStep step;
  NoGroupSum alone;
  if (world.rank() == 0) step = first_step(graph, Placement::whole(graph), 1, kernels, nullptr, alone);
  for (std::vector<double>* values : {&step.gradients, &step.statistics}) {
    values->resize(static_cast<std::size_t>(world.max(static_cast<std::int64_t>(values->size()))));
    world.broadcast(std::as_writable_bytes(std::span(*values)), 0);
  }
  world.broadcast(std::as_writable_bytes(std::span(&step.loss, 1)), 0);
  return step;
}

/// Norm-wise, of each parameter's gradient.
inline std::vector<double> distances(const Graph& graph, const FirstStep& a, const FirstStep& b) {
  std::vector<double> all;
  std::size_t first = 0;
  for (const ParameterSpec& spec : graph.parameters()) {
    if (!spec.trained) break;
    const auto count = static_cast<std::size_t>(spec.count());
    const auto of = [&](const FirstStep& step) { return std::span(step.gradients).subspan(first, count); };
    all.push_back(relative_distance<const double, const double>(of(a), of(b)));
    first += count;
  }
  return all;
}

/// Norm-wise, over all gradients.
inline double distance(const FirstStep& a, const FirstStep& b) {
  return relative_distance<double, double>(a.gradients, b.gradients);
}

/// Norm-wise, over all statistics.
inline double distance_of_statistics(const FirstStep& a, const FirstStep& b) {
  return relative_distance<double, double>(a.statistics, b.statistics);
}

}  // namespace tessera::test
