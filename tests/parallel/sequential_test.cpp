#include "models/sequential.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "support/random_layers.hpp"
#include "support/thread_step.hpp"

namespace tessera {
namespace {

// Up to six parts, along the last axes that samples have; some own nothing of small tensors.
GridDims grid_of(unsigned seed, std::size_t axes) {
  constexpr std::array<std::array<int, 3>, 6> kParts{
      {{1, 1, 2}, {1, 2, 2}, {1, 1, 3}, {1, 3, 1}, {1, 3, 2}, {1, 1, 5}}};
  auto [d, h, w] = kParts[seed % kParts.size()];
  if (axes == 1) w *= h, h = 1;
  if (axes == 3 && seed % 2 == 0) std::swap(d, w);
  return {1, d, h, w};
}

// A random network of each seed, on a grid: the step of the parts is that of the whole, in double precision.
TEST(Sequential, RandomNetworksInPartsTakeTheStepOfTheWholeOne) {
  int normalized = 0, residual = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    const SequentialArchitecture network = test::RandomLayers(seed).draw();
    const GridDims grid = grid_of(seed, network.axes);
    SCOPED_TRACE(fmt::format("seed {} in {}x{}x{} parts", seed, grid.depth, grid.height, grid.width));
    const Graph graph = sequential_network(network);
    const Overlap overlap = std::array{Overlap::On, Overlap::Auto, Overlap::Off}[seed % 3];
    const test::FirstStep whole = test::step_of(graph, {}), parts = test::step_of(graph, grid, overlap);
    EXPECT_NEAR(parts.loss, whole.loss, 1e-11 * whole.loss);
    EXPECT_LT((test::relative_distance<double, double>(parts.gradients, whole.gradients)), 1e-11);
    EXPECT_LT((test::relative_distance<double, double>(parts.statistics, whole.statistics)), 1e-11);
    normalized += !std::ranges::all_of(graph.parameters(), &ParameterSpec::trained);  // but statistics
    for (const sequential::Layer& layer : network.layers)
      residual += std::holds_alternative<sequential::Residual>(layer.what);
  }
  EXPECT_GT(normalized, 40) << "the test isn't testing what it claims to test";
  EXPECT_GT(residual, 20);
}

}  // namespace
}  // namespace tessera
