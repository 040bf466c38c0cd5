#include <gtest/gtest.h>

#include "models/cosmoflow.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/shared_step.hpp"

namespace tessera {
namespace {

using testing::world;

// Computed by one rank, told to all.
test::FirstStep step_of_whole(const Graph& graph, Kernels& kernels) {
  test::FirstStep step;
  if (world().rank() == 0) step = test::whole_step(graph, kernels);
  step.gradients.resize(
      static_cast<std::size_t>(world().max(static_cast<std::int64_t>(step.gradients.size()))));
  world().broadcast(std::as_writable_bytes(std::span(step.gradients)), 0);
  world().broadcast(std::as_writable_bytes(std::span(&step.loss, 1)), 0);
  return step;
}

// The network of the benchmark itself, in its own precision; in double it would take minutes.
TEST(FirstStep, OfTheFullSizeNetworkOnSlabsAndColumnsIsThatOfOneRank) {
  const Graph graph = cosmoflow({});
  const auto kernels = make_onednn_kernels();
  const test::FirstStep whole = step_of_whole(graph, *kernels);
  for (const GridDims& dims : test::grids_of(world().size())) {
    if (dims.width > 1 || dims.height > dims.depth) continue;
    SCOPED_TRACE(test::name_of(dims));
    const ProcessGrid grid(world(), dims);
    const test::FirstStep step = test::shared_step(graph, grid, *kernels);
    EXPECT_NEAR(step.loss, whole.loss, 1e-5 * whole.loss);
    EXPECT_LT(test::distance(step, whole), 1e-5);
  }
}

}  // namespace
}  // namespace tessera
