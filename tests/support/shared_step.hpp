#pragma once

#include "parallel/exchange_maker.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/place.hpp"
#include "support/first_step.hpp"

namespace tessera::test {

/// The first training step of a graph whose samples the ranks of a grid (of one replica) share: the sums of
/// all shares, on every rank.
inline FirstStep shared_step(const Graph& graph, const ProcessGrid& grid, Kernels& kernels) {
  const GridDims& dims = grid.dims();
  MpiGroupSum group(grid.spatial());
  FirstStep step = first_step(graph, place(graph, Partition(dims), grid.part()), dims.parts(), kernels,
                              exchange_maker(graph, grid, kernels.element()), group);
  grid.world().sum(std::span<double>(step.gradients));
  grid.world().sum(std::span<double>(&step.loss, 1));
  return step;
}

inline FirstStep whole_step(const Graph& graph, Kernels& kernels) {
  NoGroupSum alone;
  return first_step(graph, Placement::whole(graph), 1, kernels, nullptr, alone);
}

/// Norm-wise, over all gradients.
inline double distance(const FirstStep& a, const FirstStep& b) {
  return relative_distance<double, double>(a.gradients, b.gradients);
}

}  // namespace tessera::test
