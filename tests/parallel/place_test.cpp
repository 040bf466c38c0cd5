#include "parallel/place.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "models/cosmoflow.hpp"
#include "support/thread_step.hpp"

namespace tessera {
namespace {

const CosmoflowArchitecture kLittle{
    .batch = 2, .space = {8, 8, 8}, .conv_layers = 3, .conv_size = 4, .fc1 = 8, .fc2 = 6};

class PartitionedCosmoFlow : public testing::TestWithParam<GridDims> {};

TEST_P(PartitionedCosmoFlow, HasTheLossAndGradientsOfTheWholeOne) {
  const Graph graph = cosmoflow(kLittle);
  const test::FirstStep whole = test::step_of(graph, {}), parts = test::step_of(graph, GetParam());
  EXPECT_NEAR(parts.loss, whole.loss, 1e-12 * whole.loss);
  EXPECT_LT((test::relative_distance<double, double>(parts.gradients, whole.gradients)), 1e-12);
}

// Uneven parts, parts in two and three axes, and parts that own nothing of the last maps.
INSTANTIATE_TEST_SUITE_P(Grids, PartitionedCosmoFlow,
                         testing::Values(GridDims{1, 2, 1, 1}, GridDims{1, 1, 2, 1}, GridDims{1, 3, 1, 1},
                                         GridDims{1, 4, 1, 1}, GridDims{1, 2, 2, 1}, GridDims{1, 2, 2, 2},
                                         GridDims{1, 8, 1, 1}, GridDims{1, 3, 1, 2}),
                         [](const auto& grid) {
                           const GridDims& d = grid.param;
                           return std::to_string(d.depth) + "x" + std::to_string(d.height) + "x" +
                                  std::to_string(d.width);
                         });

TEST(Place, OnOnePartIsTheWhole) {
  const Graph graph = cosmoflow(kLittle);
  const Placement whole = Placement::whole(graph), placed = place(graph, Partition({}), 0);
  EXPECT_EQ(placed.owned, whole.owned);
  for (NodeId id = 0; id < graph.count(); ++id)
    for (std::size_t i = 0; i < whole.edges[id].size(); ++i) {
      EXPECT_EQ(placed.edges[id][i].wanted, whole.edges[id][i].wanted);
      EXPECT_FALSE(placed.edges[id][i].exchanged);
    }
}

std::vector<ProgramStep> communication(const Program& program) {
  std::vector<ProgramStep> steps;
  for (const auto* pass : {&program.forward, &program.backward})
    std::ranges::copy_if(*pass, std::back_inserter(steps),
                         [](const ProgramStep& step) { return communicates(step.kind); });
  return steps;
}

TEST(Place, CompilesToTheSameCommunicationOnEveryPart) {
  CosmoflowArchitecture config = kLittle;
  config.batch = 1;
  config.space = {40, 8, 8};
  const Graph graph = cosmoflow(config);
  const Partition partition({1, 8, 1, 1});
  const Program first = compile(graph, place(graph, partition, 0, Overlap::On));
  bool differs = false;
  for (int part = 1; part < partition.parts(); ++part) {
    const Program other = compile(graph, place(graph, partition, part, Overlap::On));
    EXPECT_EQ(communication(other), communication(first));
    differs |= other.forward != first.forward;
  }
  EXPECT_TRUE(differs) << "the test isn't testing what it claims to test";
}

TEST(Place, SendsTheGradientOfAHaloHomeBehindTheGradientOfTheWeights) {
  const Graph graph = cosmoflow(kLittle);
  const std::string program = to_string(compile(graph, place(graph, Partition({1, 2, 1, 1}), 0)), graph);
  const auto at = [&](const char* step) { return program.find(step); };
  EXPECT_LT(at("BackwardInputs conv3d_1\n"), at("StartScatterAdd conv3d_1 <- conv3d\n"));
  EXPECT_LT(at("StartScatterAdd conv3d_1 <- conv3d\n"), at("BackwardParameters conv3d_1\n"));
  EXPECT_LT(at("BackwardParameters conv3d_1\n"), at("FinishScatterAdd conv3d_1 <- conv3d\n"));
  EXPECT_EQ(at("StartGather conv3d <- universe"), std::string::npos)
      << "the input's halo comes from the file";
}

// Hears of the tensors that it is to exchange, and does nothing.
class Listener final : public Exchange {
 public:
  explicit Listener(int& in_place) : in_place_(in_place) {}
  void start_gather(ConstTensorView owned, TensorView wanted) override { hear(owned, wanted); }
  void finish_gather() override {}
  void start_scatter_add(ConstTensorView wanted, TensorView owned) override { hear(owned, wanted); }
  void finish_scatter_add() override {}

 private:
  void hear(ConstTensorView owned, ConstTensorView wanted) {
    const auto place = run_offset(wanted.layout, owned.layout.box);
    in_place_ += place && owned.bytes == wanted.bytes + *place;
  }
  int& in_place_;
};

// How many of the gathers and scatter-adds of a step find the owned part where it is wanted.
int exchanges_in_place(std::int64_t batch, const GridDims& dims) {
  CosmoflowArchitecture config = kLittle;
  config.batch = batch;
  config.space = {16, 16, 16};
  int in_place = 0;
  const Graph graph = cosmoflow(config);
  const auto kernels = make_reference_kernels(Element::F64);
  NoGroupSum alone;
  test::first_step(
      graph, place(graph, Partition(dims), 0), dims.parts(), *kernels,
      [&](NodeId, std::size_t) { return std::make_unique<Listener>(in_place); }, alone);
  return in_place;
}

TEST(Network, ComputesInPlaceBetweenTheHalosAlongTheOutermostAxisAtBatchOne) {
  EXPECT_EQ(exchanges_in_place(1, {1, 2, 1, 1}), 6);  // conv3d_1, conv3d_2, flatten: values and gradients
  EXPECT_EQ(exchanges_in_place(1, {1, 1, 2, 1}), 0) << "rows are not one run";
  EXPECT_EQ(exchanges_in_place(2, {1, 2, 1, 1}), 0) << "samples are not one run";
}

}  // namespace
}  // namespace tessera
