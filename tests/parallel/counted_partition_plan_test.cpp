#include <gtest/gtest.h>
#include <mpi.h>

#include <deque>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/layers/layers.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/partition_plan.hpp"
#include "parallel/place.hpp"
#include "support/counting_kernels.hpp"
#include "support/first_step.hpp"
#include "support/grids.hpp"
#include "support/mpi_world.hpp"
#include "support/random_graph.hpp"

namespace tessera {
namespace {

// What this process really gave to MPI.
Traffic sends, reductions;

}  // namespace
}  // namespace tessera

// MPI's profiling interface: these stand in front of the library's own.
extern "C" int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
                         MPI_Request* request) {
  int size = 0;
  PMPI_Type_size(type, &size);
  tessera::sends += {1, std::int64_t{count} * size};
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}
extern "C" int MPI_Iallreduce(const void* from, void* to, int count, MPI_Datatype type, MPI_Op operation,
                              MPI_Comm comm, MPI_Request* request) {
  int size = 0;
  PMPI_Type_size(type, &size);
  tessera::reductions += {1, std::int64_t{count} * size};
  return PMPI_Iallreduce(from, to, count, type, operation, comm, request);
}

namespace tessera {
namespace {

using testing::world;

/// An exchange whose messages are counted apart, forward and backward.
class CountedExchange final : public Exchange {
 public:
  CountedExchange(std::unique_ptr<Exchange> exchange, Traffic& gathers, Traffic& scatters)
      : exchange_(std::move(exchange)), gathers_(gathers), scatters_(scatters) {}
  void start_gather(ConstTensorView owned, TensorView wanted) override {
    sends = {};
    exchange_->start_gather(owned, wanted);
    gathers_ += sends;
  }
  void finish_gather() override { exchange_->finish_gather(); }
  void start_scatter_add(ConstTensorView wanted_gradient, TensorView owned_gradient) override {
    sends = {};
    exchange_->start_scatter_add(wanted_gradient, owned_gradient);
    scatters_ += sends;
  }
  void finish_scatter_add() override { exchange_->finish_scatter_add(); }
  void poke() override { exchange_->poke(); }

 private:
  std::unique_ptr<Exchange> exchange_;
  Traffic &gathers_, &scatters_;
};

// Runs a step on the grid and holds what it counted against the plan. Returns the plan.
PartitionPlan expect_counted_as_planned(const Graph& graph, const ProcessGrid& grid,
                                        std::unique_ptr<Kernels> of_step) {
  const Element element = of_step->element();
  test::CountingKernels kernels(std::move(of_step));
  ParameterStore parameters(graph.parameters(), wide(element));
  const PartitionPlan plan = plan_partition(graph, grid.dims(), kernels, parameters);
  Traffic gathers, scatters;
  const ExchangeMaker maker = exchange_maker(graph, grid, element);
  const auto counted = [&](NodeId reader, std::size_t input) {
    return std::make_unique<CountedExchange>(maker(reader, input), gathers, scatters);
  };
  const Placement placement = place(graph, Partition(grid.dims()), grid.part());
  MpiGroupSum spatial(grid.spatial());
  test::first_step(graph, placement, grid.dims().parts(), kernels, counted, spatial);

  const int me = grid.part();
  EXPECT_EQ(gathers.bytes, plan.sent()[me].bytes);
  EXPECT_EQ(gathers.messages, plan.sent()[me].messages);
  EXPECT_EQ(scatters.bytes, plan.received()[me].bytes);
  EXPECT_EQ(scatters.messages, plan.received()[me].messages);
  EXPECT_EQ(kernels.flop(), plan.part_flop()[me]);

  const Network network(graph, placement, kernels, parameters, maker);
  EXPECT_EQ(network.activation_bytes(), plan.memory[me].activations);
  EXPECT_EQ(network.scratch_bytes(), plan.memory[me].scratch);
  EXPECT_EQ(network.input_layout().bytes(), plan.input_bytes[me]);
  return plan;
}

TEST(CountedPartitionPlan, IsWhatAStepOfTheTinyNetworkSendsComputesAndHolds) {
  const Graph graph = cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 8});
  for (const GridDims& dims : test::grids_of(world().size())) {
    SCOPED_TRACE(test::name_of(dims));
    const ProcessGrid grid(world(), dims);
    for (const Element element : {Element::F32, Element::BF16})
      expect_counted_as_planned(graph, grid, make_onednn_kernels(element));
    for (const Element element : {Element::F32, Element::F64, Element::BF16})
      expect_counted_as_planned(graph, grid, make_reference_kernels(element));
  }
}

TEST(CountedPartitionPlan, IsWhatAStepOfDeepCamSendsComputesAndHolds) {
  const Graph graph = deepcam({.height = 96, .width = 48, .width_factor = 1.0 / 8, .middle_blocks = 1});
  const ProcessGrid grid(world(), {1, 1, world().size(), 1});
  for (const Element element : {Element::F32, Element::BF16})
    expect_counted_as_planned(graph, grid, make_onednn_kernels(element));
}

// Tiles of two rows begin at even rows of the whole: of eight parts, those of four rows have two tiles along
// them, or three.
TEST(CountedPartitionPlan, KnowsWhereWinogradsTilesBegin) {
  Graph graph;
  NodeId x = graph.input("input", {1, 64, {1, 36, 40}});
  for (const char* const name : {"first", "second"})
    x = graph.add(name, convolution_2d({.out = 64, .window = {.kernel = 3, .pad = 1}}), {x});
  const ProcessGrid grid(world(), {1, 1, world().size(), 1});
  expect_counted_as_planned(graph, grid, make_onednn_kernels(Element::F32, ConvolutionAlgorithm::Winograd));
}

// The dense layers behind flatten compute in the wide type, of whole tensors on each process.
TEST(CountedPartitionPlan, HalvesInBfloat16WhatIsExchangedAndReadAndLeavesTheGradients) {
  const Graph graph = cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 8});
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const PartitionPlan wide_plan =
      expect_counted_as_planned(graph, grid, make_reference_kernels(Element::F32));
  const PartitionPlan half_plan =
      expect_counted_as_planned(graph, grid, make_reference_kernels(Element::BF16));
  int halved = 0;
  for (NodeId id = 0; id < graph.count(); ++id)
    for (std::size_t e = 0; e < wide_plan.nodes[id].exchanges.size(); ++e)
      for (std::size_t part = 0; part < wide_plan.input_bytes.size(); ++part) {
        const EdgeTraffic &before = wide_plan.nodes[id].exchanges[e].parts[part],
                          &now = half_plan.nodes[id].exchanges[e].parts[part];
        EXPECT_EQ(2 * now.sent.bytes, before.sent.bytes) << wide_plan.nodes[id].name;
        EXPECT_EQ(2 * now.received.bytes, before.received.bytes) << wide_plan.nodes[id].name;
        EXPECT_EQ(now.sent.messages, before.sent.messages) << wide_plan.nodes[id].name;
        ++halved;
      }
  EXPECT_EQ(halved > 0, world().size() > 1);
  for (std::size_t part = 0; part < wide_plan.input_bytes.size(); ++part) {
    EXPECT_EQ(2 * half_plan.input_bytes[part], wide_plan.input_bytes[part]);
    EXPECT_LT(half_plan.memory[part].activations, 0.6 * wide_plan.memory[part].activations);
  }
  ASSERT_EQ(half_plan.buckets.size(), wide_plan.buckets.size());
  for (std::size_t b = 0; b < wide_plan.buckets.size(); ++b)
    EXPECT_EQ(half_plan.buckets[b].bytes, wide_plan.buckets[b].bytes);
}

TEST(CountedPartitionPlan, IsWhatAStepOfARandomGraphSendsComputesAndHolds) {
  std::deque<ProcessGrid> grids;
  for (const GridDims& dims : test::grids_of(world().size())) grids.emplace_back(world(), dims);
  for (unsigned seed = 0; seed < 30; ++seed) {
    const ProcessGrid& grid = grids[seed % grids.size()];
    SCOPED_TRACE("seed " + std::to_string(seed) + " on " + test::name_of(grid.dims()));
    const Graph graph = test::RandomGraph(seed).draw();
    expect_counted_as_planned(graph, grid, make_reference_kernels(Element::F64));
    if (graph.node(graph.output()).precision == Precision::OfKernels) continue;  // no loss is taken of those
    expect_counted_as_planned(graph, grid, make_reference_kernels(Element::BF16));
  }
}

TEST(CountedPartitionPlan, HasTheAllReducesOfAStep) {
  const Graph graph = cosmoflow({.batch = 1, .space = {32, 32, 32}, .conv_layers = 5, .conv_size = 16});
  const auto kernels = make_onednn_kernels();
  ParameterStore parameters(graph.parameters(), Element::F32);
  const PartitionPlan plan = plan_partition(graph, {world().size(), 1, 1, 1}, *kernels, parameters);
  GradientReducer reducer(world(), parameters, kGradientBucketBytes);
  reductions = {};
  for (int p = 0; p < parameters.count(); ++p) reducer.ready(p);
  reducer.finish();
  std::int64_t bytes = 0;
  for (const PlannedBucket& bucket : plan.buckets) bytes += static_cast<std::int64_t>(bucket.bytes);
  EXPECT_EQ(reductions.messages, static_cast<std::int64_t>(plan.buckets.size()));
  EXPECT_EQ(reductions.bytes, bytes);
  EXPECT_EQ(reducer.bytes_a_step(), static_cast<std::size_t>(bytes));
  EXPECT_EQ(plan.buckets.empty(), world().size() == 1);
}

}  // namespace
}  // namespace tessera
