#include "parallel/partition_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "models/cosmoflow.hpp"
#include "models/layers/layers.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

TEST(PartitionPlan, KnowsTheHalosAndWhatTheOrderOfTheProgramCannotHide) {
  const Graph graph = cosmoflow({.batch = 1, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4});
  const auto kernels = make_reference_kernels(Element::F32);
  const ParameterStore parameters(graph.parameters(), Element::F32);
  const PartitionPlan plan = plan_partition(graph, {1, 2, 1, 1}, *kernels, parameters);
  const auto edge = [&](const char* name) {
    const auto found = std::ranges::find(plan.nodes, name, &PlannedNode::name);
    EXPECT_EQ(found->exchanges.size(), 1U) << name;
    return found->exchanges.at(0);
  };
  EXPECT_TRUE(edge("conv3d_1").parts[0].scatter_hidden) << "behind the gradient of the weights";
  const std::int64_t halo = std::int64_t{8} * 8 * 4 * 4;  // one plane of the first pooled map
  for (const EdgeTraffic& part : edge("conv3d_1").parts) {
    EXPECT_EQ(part.sent, (Traffic{1, halo}));
    EXPECT_EQ(part.received, (Traffic{1, halo}));
  }
  for (const EdgeTraffic& part : edge("conv3d_1").parts)
    EXPECT_EQ(part.buffer_bytes, static_cast<std::size_t>(halo))
        << "the halo lies in one run, what is added doesn't";
  EXPECT_FALSE(edge("flatten").parts[0].scatter_hidden) << "a flatten has no weights";
  EXPECT_FALSE(edge("flatten").parts[0].gather_hidden) << "all that follows needs all of it";
  ASSERT_FALSE(plan.buckets.empty());
  EXPECT_FALSE(plan.buckets.back().hidden) << "the first layer's gradients come last";
}

TEST(PartitionPlan, OfOnePartHasTheWorkOfTheGraphAndNoMessage) {
  const Graph graph = cosmoflow({.batch = 3, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4});
  const auto kernels = make_reference_kernels(Element::F32);
  const PartitionPlan plan =
      plan_partition(graph, {}, *kernels, ParameterStore(graph.parameters(), Element::F32));
  EXPECT_EQ(plan.part_flop(), std::vector<double>{graph.training_flop()});
  EXPECT_EQ(plan.sent(), std::vector<Traffic>{Traffic{}});
  EXPECT_TRUE(plan.buckets.empty());
}

TEST(PartitionPlan, OfThousandsOfPartsTakesSeconds) {
  const Graph graph = cosmoflow({});
  const auto kernels = make_onednn_kernels();
  const ParameterStore parameters(graph.parameters(), Element::F32);
  const auto start = std::chrono::steady_clock::now();
  const PartitionPlan plan = plan_partition(graph, {1, 16, 16, 16}, *kernels, parameters);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  double convolved = 0;
  for (const NodeWork& part : plan.nodes[1].parts) convolved += part.training_flop;
  EXPECT_EQ(convolved, graph.training_flop(1)) << "boxes tile the map: nothing is computed twice";
}

// Four parts of a map of two planes: the first owns nothing of it, and computes nothing behind its messages.
TEST(PartitionPlan, CountsNoWorkOfPartsThatOwnNothing) {
  const Graph graph = cosmoflow({.batch = 1, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 4});
  const auto kernels = make_reference_kernels(Element::F32);
  const PartitionPlan plan =
      plan_partition(graph, {1, 4, 1, 1}, *kernels, ParameterStore(graph.parameters(), Element::F32));
  const auto found = std::ranges::find(plan.nodes, "conv3d_3", &PlannedNode::name);
  ASSERT_TRUE(found->parts[0].owned.empty());
  ASSERT_FALSE(found->parts[1].owned.empty());
  EXPECT_FALSE(found->exchanges.at(0).parts[0].scatter_hidden);
  EXPECT_TRUE(found->exchanges.at(0).parts[1].scatter_hidden) << "behind the gradient of the weights";
}

/// Notes the padding of each convolution that is asked of it.
class NotingKernels final : public Kernels {
 public:
  using Pads = std::pair<std::int64_t, std::int64_t>;  // along the height
  std::vector<Pads> noted;

  Element element() const override { return kernels_->element(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    noted.emplace_back(problem.window[1].pad_lo, problem.window[1].pad_hi);
    return kernels_->convolution(problem);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double slope) override {
    return kernels_->max_pool(problem, slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return kernels_->dense(problem);
  }

 private:
  std::unique_ptr<Kernels> kernels_ = make_reference_kernels(Element::F32);
};

// Of the 20 rows of the output, parts own {5, 6} and {10, 11}, both from three rows of the input: the boxes
// are alike, but the stride falls differently.
TEST(PartitionPlan, AsksForTheKernelsOfEveryPhaseOfATransposedConvolution) {
  Graph graph;
  const NodeId x = graph.input("input", {1, 1, {1, 10, 4}});
  const NodeId first = graph.add("first", convolution_2d({.out = 1, .window = {}}), {x});
  const NodeId doubled = graph.add(
      "doubled",
      transposed_convolution_2d({.out = 1, .window = {.kernel = 3, .stride = 2, .pad = 1}, .output_pad = 1}),
      {first});
  const GridDims dims{1, 1, 8, 1};
  NotingKernels planned;
  plan_partition(graph, dims, planned, ParameterStore(graph.parameters(), Element::F32));
  for (const Placement& placement : place_all(graph, Partition(dims), Overlap::Auto)) {
    NotingKernels here;
    graph.node(doubled).layer->localize(local_site(graph, placement, doubled, Element::F32), here);
    ASSERT_EQ(here.noted.size(), 1U);
    EXPECT_TRUE(std::ranges::find(planned.noted, here.noted[0]) != planned.noted.end())
        << here.noted[0].first << ", " << here.noted[0].second;
  }
}

}  // namespace
}  // namespace tessera
