#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/layers/layers.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/random_graph.hpp"
#include "support/shared_step.hpp"

// A sample on several ranks is the sample on one: the first training step of the tiny network, whose last
// maps are so small that some ranks own nothing of them.
namespace tessera {
namespace {

using test::distances;
using test::FirstStep;
using testing::world;

// One set of grids for all tests: MPI spins while it makes a communicator, which with more ranks than cores
// takes long.
class OnAnyGrid : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const GridDims& dims : test::grids_of(world().size())) grids().emplace_back(world(), dims);
  }
  static void TearDownTestSuite() { grids().clear(); }
  static std::deque<ProcessGrid>& grids() {
    static std::deque<ProcessGrid> all;
    return all;
  }
};

constexpr double kBfloat16Limit = 1.0 / 256;  // that of one rounding

// Every parameter's gradient, on every grid: `double_limit` in double; in float32 within three times one
// rank's own distance from double, or `float_limit`; in bfloat16, where halos are rounded as well, half as
// far again and a rounding more than one rank's plain loops.
void expect_exact(const Graph& graph, const std::deque<ProcessGrid>& grids, double double_limit,
                  double float_limit) {
  const auto reference = make_reference_kernels(Element::F64);
  const auto fast = make_onednn_kernels();
  const auto narrow = make_onednn_kernels(Element::BF16);
  const FirstStep whole = test::whole_step(graph, world(), *reference);
  const std::vector<double> rounding = distances(graph, test::whole_step(graph, world(), *fast), whole);
  EXPECT_GT(std::ranges::min(rounding), 1e-9) << "the test isn't testing what it claims to test";
  // Of bfloat16 by plain loops, which is not near: gradients of networks that haven't learned are
  // differences.
  const auto narrow_reference = make_reference_kernels(Element::BF16);
  const std::vector<double> narrow_rounding =
      distances(graph, test::whole_step(graph, world(), *narrow_reference), whole);
  for (const ProcessGrid& grid : grids) {
    if (grid.dims().depth > graph.shape(0).space.d) continue;
    SCOPED_TRACE(test::name_of(grid.dims()));
    const FirstStep exact = test::shared_step(graph, grid, *reference, Overlap::On);
    EXPECT_NEAR(exact.loss, whole.loss, 1e-12 * whole.loss);
    EXPECT_LT(std::ranges::max(distances(graph, exact, whole)), double_limit);
    EXPECT_LT(test::distance_of_statistics(exact, whole), double_limit);

    const FirstStep rounded = test::shared_step(graph, grid, *fast);
    EXPECT_NEAR(rounded.loss, whole.loss, 1e-5 * whole.loss);
    const std::vector<double> found = distances(graph, rounded, whole);
    for (std::size_t p = 0; p < found.size(); ++p)
      EXPECT_LT(found[p], std::max(3 * rounding[p], float_limit)) << graph.parameters()[p].name;

    const FirstStep narrowed = test::shared_step(graph, grid, *narrow, Overlap::On);
    EXPECT_NEAR(narrowed.loss, whole.loss, 0.02 * whole.loss);
    const std::vector<double> narrow_found = distances(graph, narrowed, whole);
    for (std::size_t p = 0; p < narrow_found.size(); ++p)
      EXPECT_LT(narrow_found[p], 1.5 * narrow_rounding[p] + kBfloat16Limit)
          << graph.parameters()[p].name << " in bfloat16";
  }
}

TEST_F(OnAnyGrid, TheFirstStepOfTheTinyNetworkIsThatOfOneRank) {
  expect_exact(cosmoflow({.batch = 1, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16}), grids(),
               1e-11, 1e-5);
}

TEST_F(OnAnyGrid, TheFirstStepOfABatchIsThatOfOneRank) {
  expect_exact(cosmoflow({.batch = 3, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4}), grids(),
               1e-11, 1e-5);
}

// On eight ranks, dilation 18 reaches over three neighbours' six rows. Two samples, because in the statistics
// of one alone the pooled branch, a constant, cancels, and its gradients are rounding.
TEST_F(OnAnyGrid, TheFirstStepOfDeepCamIsThatOfOneRank) {
  expect_exact(deepcam({.batch = 2, .height = 768, .width = 16, .width_factor = 1.0 / 8, .middle_blocks = 1}),
               grids(), 1e-10, 1e-5);
}

// The last maps are so small that some ranks own nothing of them.
TEST_F(OnAnyGrid, TheFirstStepOfASmallDeepCamIsThatOfOneRank) {
  expect_exact(deepcam({.batch = 2, .height = 96, .width = 48, .width_factor = 1.0 / 8, .middle_blocks = 1}),
               grids(), 1e-10, 1e-5);
}

// Calls body(graph, grid, overlap) for graphs of the seeds [first, last), each on one of the grids.
template <class Body>
void for_random_graphs(unsigned first, unsigned last, const std::deque<ProcessGrid>& grids, Body&& body) {
  for (unsigned seed = first; seed < last; ++seed) {
    const ProcessGrid& grid = grids[seed % grids.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + " on " + test::name_of(grid.dims()));
    body(test::RandomGraph(seed).draw(), grid,
         std::array{Overlap::On, Overlap::Auto, Overlap::Off}[seed % 3]);
  }
}

/// Each row of the first input with its neighbours', and the second input: arithmetic enough to be cut into
/// slabs.
class Blend final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  std::array<Footprint, 3> reads(std::size_t input, const Shape&) const override {
    return {Footprint{}, input == 0 ? Footprint::window(3, 1, 1, 1) : Footprint{}, Footprint{}};
  }
  double forward_flop(std::span<const Shape>, const Shape&) const override { return 1; }
  std::unique_ptr<LocalOp> localize(const Site&, Kernels&) const override { return std::make_unique<Op>(); }

 private:
  class Op final : public LocalOp {
   public:
    void forward(Inputs x, TensorView y, const OpCall&) override {
      std::ranges::copy(x[1].span<double>(), y.data<double>());
      for_rows(x[0].layout.box.h, y.layout,
               [&](std::int64_t in, std::int64_t out) { y.data<double>()[out] += x[0].data<double>()[in]; });
    }
    void backward_inputs(Inputs x, ConstTensorView, ConstTensorView dy, InputGradients dx,
                         const OpCall&) override {
      std::ranges::fill(dx[0].span<double>(), 0.0);
      for_rows(x[0].layout.box.h, dy.layout, [&](std::int64_t in, std::int64_t out) {
        dx[0].data<double>()[in] += dy.data<double>()[out];
      });
    }

   private:
    template <class Visit>
    static void for_rows(Interval in, const Layout& y, Visit&& visit) {
      const std::int64_t row = y.box.w.size() * y.c;
      for (std::int64_t h = y.box.h.begin; h < y.box.h.end; ++h)
        for (std::int64_t from = std::max(in.begin, h - 1); from < std::min(in.end, h + 2); ++from)
          for (std::int64_t i = 0; i < row; ++i)
            visit((from - in.begin) * row + i, (h - y.box.h.begin) * row + i);
    }
  };
};

TEST_F(OnAnyGrid, SlabsReadTheNetworksInputWhereItIsTheirs) {
  Graph graph;
  const NodeId x = graph.input("input", {1, 2, {1, 32, 4}});
  const NodeId first = graph.add("first", convolution_2d({.out = 2, .window = {}}), {x});
  graph.add("blend", std::make_unique<Blend>(), {first, x});
  const auto kernels = make_reference_kernels(Element::F64);
  const FirstStep whole = test::whole_step(graph, world(), *kernels);
  const ProcessGrid grid(world(), {1, 1, world().size(), 1});
  const FirstStep parts = test::shared_step(graph, grid, *kernels, Overlap::On);
  EXPECT_NEAR(parts.loss, whole.loss, 1e-12 * whole.loss);
  EXPECT_LT(test::distance(parts, whole), 1e-12);
}

// Norm-wise over all gradients: a single parameter's may be all rounding, such as that of a bias in front of
// a saturated head.
TEST_F(OnAnyGrid, TheFirstStepOfRandomGraphsIsThatOfOneRank) {
  const auto kernels = make_reference_kernels(Element::F64);
  for_random_graphs(0, 200, grids(), [&](const Graph& graph, const ProcessGrid& grid, Overlap overlap) {
    const FirstStep whole = test::whole_step(graph, world(), *kernels);
    const FirstStep parts = test::shared_step(graph, grid, *kernels, overlap);
    EXPECT_NEAR(parts.loss, whole.loss, 1e-11 * whole.loss);
    EXPECT_LT(test::distance(parts, whole), 1e-11);
    EXPECT_LT(test::distance_of_statistics(parts, whole), 1e-11);
  });
}

TEST_F(OnAnyGrid, TheFirstStepOfRandomGraphsInFloat32IsAsNearToTheTruthAsThatOfOneRank) {
  const auto reference = make_reference_kernels(Element::F64);
  const auto fast = make_onednn_kernels();
  for_random_graphs(200, 220, grids(), [&](const Graph& graph, const ProcessGrid& grid, Overlap overlap) {
    const FirstStep truth = test::whole_step(graph, world(), *reference);
    const double rounding = test::distance(test::whole_step(graph, world(), *fast), truth);
    EXPECT_LT(test::distance(test::shared_step(graph, grid, *fast, overlap), truth),
              std::max(3 * rounding, 1e-5));
  });
}

TEST_F(OnAnyGrid, TheFirstStepOfRandomGraphsInBfloat16IsAsNearToTheTruthAsThatOfOneRank) {
  const auto reference = make_reference_kernels(Element::F64);
  const auto narrow = make_onednn_kernels(Element::BF16);
  int telling = 0;  // graphs whose gradients bfloat16 leaves digits of
  for_random_graphs(220, 270, grids(), [&](const Graph& graph, const ProcessGrid& grid, Overlap overlap) {
    if (graph.node(graph.output()).precision == Precision::OfKernels) return;  // no loss is taken of those
    const FirstStep truth = test::whole_step(graph, world(), *reference);
    const double rounding = test::distance(test::whole_step(graph, world(), *narrow), truth);
    if (rounding > 0.1) return;
    ++telling;
    EXPECT_LT(test::distance(test::shared_step(graph, grid, *narrow, overlap), truth),
              1.5 * rounding + kBfloat16Limit);
  });
  EXPECT_GE(telling, 20) << "the test isn't testing what it claims to test";
}

}  // namespace
}  // namespace tessera
