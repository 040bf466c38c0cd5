#include "harness/plan/run_plan.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/plan/plan_report.hpp"
#include "models/cosmoflow.hpp"

namespace tessera {
namespace {

RunPlan plan_of(const GridDims& grid) {
  const Graph graph = cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16});
  RunPlan plan;
  plan.batch = {2 * grid.replicas, 2};
  plan.optimizer_bytes = 1000;
  plan.input_batches = 3;
  plan.partition = plan_partition(graph, grid, *make_reference_kernels(Element::F32),
                                  ParameterStore(graph.parameters(), Element::F32));
  return plan;
}

TEST(RunPlan, OfOneProcessIsPerfectlyBalancedAndHasNothingToExpose) {
  const RunPlan plan = plan_of({});
  EXPECT_EQ(plan.load_imbalance(), 1);
  EXPECT_EQ(plan.efficiency_bound(), 1);
  EXPECT_EQ(plan.exposed_fraction(), ExposedFraction{});
  EXPECT_EQ(plan.reduced_bytes(), 0U);
}

TEST(RunPlan, LosesEfficiencyToUnevenPartsAndToWhatAllOfThemCompute) {
  const RunPlan even = plan_of({1, 2, 1, 1}), uneven = plan_of({1, 3, 1, 1});
  EXPECT_EQ(even.load_imbalance(), 1);
  EXPECT_LT(even.efficiency_bound(), 1) << "the dense layers are computed by both";
  EXPECT_GT(even.efficiency_bound(), 0.99);
  EXPECT_GT(uneven.load_imbalance(), 1.05) << "6 of 16 planes where 5.33 are a third";
  EXPECT_LT(uneven.efficiency_bound(), 0.95);
}

TEST(RunPlan, AddsUpTheMemoryOfAPart) {
  const RunPlan plan = plan_of({2, 2, 1, 1});
  const PartMemory first = plan.memory()[0];
  EXPECT_EQ(first.input, std::size_t{3} * 2 * 4 * 9 * 16 * 16 * 4) << "3 batches of 8 planes and a halo";
  EXPECT_EQ(first.parameters, plan.reduced_bytes());
  const PartitionPlan& partition = plan.partition;
  const std::int64_t messages = partition.received()[0].bytes + partition.sent()[0].bytes;
  EXPECT_EQ(first.exchanges, static_cast<std::size_t>(messages) - std::size_t{2} * 128 * 4)
      << "of two samples no box is one run of memory, but the last map's one cell, which comes to its place";
  EXPECT_EQ(first.total(),
            first.activations + first.scratch + first.exchanges + first.input + 2 * first.parameters + 1000);
}

TEST(RunPlan, CountsTheBytesThatNothingIsComputedBehind) {
  const RunPlan plan = plan_of({1, 2, 1, 1});
  const ExposedFraction exposed = plan.exposed_fraction();
  EXPECT_GT(exposed.exchange, 0);
  EXPECT_LT(exposed.exchange, 1);
  EXPECT_EQ(exposed.reduction, 1) << "less than a bucket of gradients, complete with the last of them";
  EXPECT_GT(exposed.all, exposed.exchange);
  EXPECT_LT(exposed.all, 1);
}

TEST(RunPlan, SaysTheSameAsJson) {
  const RunPlan plan = plan_of({2, 3, 1, 1});
  const nlohmann::json report = to_json(plan);
  EXPECT_EQ(report["ranks"], 6);
  EXPECT_EQ(report["split"]["depth"], 3);
  EXPECT_EQ(report["layers"].size(), plan.partition.nodes.size());
  EXPECT_EQ(report["layers"][1]["owned"][2], nlohmann::json::parse("[[5,8],[0,8],[0,8]]"));
  EXPECT_EQ(report["layers"][1]["uneven"], true);
  ASSERT_EQ(report["parts"].size(), 3U);
  EXPECT_EQ(report["parts"][1]["forward_sent_bytes"], plan.partition.sent()[1].bytes);
  EXPECT_EQ(report["parts"][1]["training_flop"], plan.partition.part_flop()[1]);
  EXPECT_EQ(report["reduced_bytes"], plan.reduced_bytes());
  EXPECT_EQ(report["memory_bytes"]["max"],
            std::max({plan.memory()[0].total(), plan.memory()[1].total(), plan.memory()[2].total()}));
}

TEST(RunPlan, NamesUnevenPartsToPeople) {
  EXPECT_NE(to_string(plan_of({1, 3, 1, 1})).find("1 of 2x8x8, 2 of 3x8x8"), std::string::npos);
}

}  // namespace
}  // namespace tessera
