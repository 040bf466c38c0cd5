#include "models/resnet50.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "support/thread_step.hpp"

namespace tessera {
namespace {

// The last maps are of 2x3 cells, so that some parts own nothing of them.
TEST(Resnet50, InPartsTakesTheStepOfTheWholeOne) {
  const Graph graph = resnet50({.batch = 3, .height = 64, .width = 70, .classes = 10, .filters = 8});
  const test::FirstStep whole = test::step_of(graph, {});
  for (const GridDims& grid : {GridDims{1, 1, 2, 1}, {1, 1, 1, 2}, {1, 1, 2, 2}, {1, 1, 4, 1}}) {
    SCOPED_TRACE(fmt::format("in {}x{} parts", grid.height, grid.width));
    const test::FirstStep parts = test::step_of(graph, grid);
    EXPECT_NEAR(parts.loss, whole.loss, 1e-11 * whole.loss);
    EXPECT_LT((test::relative_distance<double, double>(parts.gradients, whole.gradients)), 1e-11);
  }
}

}  // namespace
}  // namespace tessera
