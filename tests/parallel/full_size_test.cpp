#include <gtest/gtest.h>

#include <algorithm>

#include "models/cosmoflow.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/shared_step.hpp"

namespace tessera {
namespace {

using testing::world;

// The network of the benchmark itself, in its own precision; in double it would take minutes.
TEST(FirstStep, OfTheFullSizeNetworkOnSlabsAndColumnsIsThatOfOneRank) {
  const Graph graph = cosmoflow({});
  const auto kernels = make_onednn_kernels();
  const test::FirstStep whole = test::whole_step(graph, world(), *kernels);
  for (const GridDims& dims : test::grids_of(world().size())) {
    if (dims.width > 1 || dims.height > dims.depth) continue;
    SCOPED_TRACE(test::name_of(dims));
    const ProcessGrid grid(world(), dims);
    const test::FirstStep step = test::shared_step(graph, grid, *kernels);
    EXPECT_NEAR(step.loss, whole.loss, 1e-5 * whole.loss);
    EXPECT_LT(std::ranges::max(test::distances(graph, step, whole)), 1e-5);
  }
}

}  // namespace
}  // namespace tessera
