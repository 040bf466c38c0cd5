#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "models/cosmoflow.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/place.hpp"
#include "support/first_step.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/random_graph.hpp"

// A sample on several ranks is the sample on one: the first training step of the tiny network, whose last
// maps are so small that some ranks own nothing of them.
namespace tessera {
namespace {

using test::FirstStep;
using testing::world;

FirstStep step_on_one_rank(const Graph& graph, Kernels& kernels) {
  return test::first_step(graph, Placement::whole(graph), 1, kernels, nullptr);
}

FirstStep step_on_all_ranks(const Graph& graph, const ProcessGrid& grid, Kernels& kernels) {
  const GridDims& dims = grid.dims();
  const ExchangeMaker maker = exchange_maker(graph, grid, kernels.element());
  FirstStep step =
      test::first_step(graph, place(graph, Partition(dims), grid.part()), dims.parts(), kernels, maker);
  world().sum(std::span<double>(step.gradients));
  world().sum(std::span<double>(&step.loss, 1));
  return step;
}

// Norm-wise, of each parameter's gradient.
std::vector<double> distances(const Graph& graph, const FirstStep& a, const FirstStep& b) {
  std::vector<double> all;
  std::size_t first = 0;
  for (const ParameterSpec& spec : graph.parameters()) {
    const auto count = static_cast<std::size_t>(spec.count());
    const auto of = [&](const FirstStep& step) { return std::span(step.gradients).subspan(first, count); };
    all.push_back(test::relative_distance<const double, const double>(of(a), of(b)));
    first += count;
  }
  return all;
}

void expect_exact(const CosmoFlowConfig& config) {
  const Graph graph = cosmoflow(config);
  const auto reference = make_reference_kernels(Element::F64);
  const auto fast = make_onednn_kernels();
  const FirstStep whole = step_on_one_rank(graph, *reference);
  const std::vector<double> rounding = distances(graph, step_on_one_rank(graph, *fast), whole);
  EXPECT_GT(std::ranges::min(rounding), 1e-9) << "the test isn't testing what it claims to test";
  for (const GridDims& dims : test::grids_of(world().size())) {
    SCOPED_TRACE(test::name_of(dims));
    const ProcessGrid grid(world(), dims);
    const FirstStep exact = step_on_all_ranks(graph, grid, *reference);
    EXPECT_NEAR(exact.loss, whole.loss, 1e-12 * whole.loss);
    EXPECT_LT(std::ranges::max(distances(graph, exact, whole)), 1e-11);

    const FirstStep rounded = step_on_all_ranks(graph, grid, *fast);
    EXPECT_NEAR(rounded.loss, whole.loss, 1e-5 * whole.loss);
    const std::vector<double> found = distances(graph, rounded, whole);
    for (std::size_t p = 0; p < found.size(); ++p)
      EXPECT_LT(found[p], std::max(3 * rounding[p], 1e-5)) << graph.parameters()[p].name;
  }
}

TEST(FirstStep, OfTheTinyNetworkOnAnyGridIsThatOfOneRank) {
  expect_exact({.batch = 1, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16});
}

TEST(FirstStep, OfABatchOnAnyGridIsThatOfOneRank) {
  expect_exact({.batch = 3, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4});
}

// Norm-wise over all gradients: a single parameter's may be all rounding, such as that of a bias in front of
// a saturated head.
void expect_exact(const Graph& graph, const ProcessGrid& grid, Kernels& kernels) {
  const FirstStep whole = step_on_one_rank(graph, kernels);
  const FirstStep parts = step_on_all_ranks(graph, grid, kernels);
  EXPECT_NEAR(parts.loss, whole.loss, 1e-11 * whole.loss);
  EXPECT_LT((test::relative_distance<double, double>(parts.gradients, whole.gradients)), 1e-11);
}

TEST(FirstStep, OfRandomGraphsOnRandomGridsIsThatOfOneRank) {
  const auto kernels = make_reference_kernels(Element::F64);
  std::deque<ProcessGrid> grids;
  for (const GridDims& dims : test::grids_of(world().size())) grids.emplace_back(world(), dims);
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Graph graph = test::RandomGraph(seed).draw();
    const ProcessGrid& grid = grids[seed % grids.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + " on " + test::name_of(grid.dims()));
    expect_exact(graph, grid, *kernels);
  }
}

}  // namespace
}  // namespace tessera
