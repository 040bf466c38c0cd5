#include "parallel/partition_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "models/cosmoflow.hpp"

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
  for (const EdgeShare& part : edge("conv3d_1").parts) {
    EXPECT_EQ(part.sent, (Traffic{1, halo}));
    EXPECT_EQ(part.received, (Traffic{1, halo}));
  }
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
  for (const NodeShare& part : plan.nodes[1].parts) convolved += part.training_flop;
  EXPECT_EQ(convolved, graph.training_flop(1, graph.shape(1)))
      << "boxes tile the map: nothing is computed twice";
}

}  // namespace
}  // namespace tessera
