#include "harness/predict/performance_model.hpp"

#include <gmock/gmock.h>

#include "harness/plan/split.hpp"
#include "harness/predict/best_layout.hpp"
#include "harness/predict/kernel_times.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "models/base/error.hpp"
#include "models/kernels/team_size.hpp"
#include "parallel/exchange_plan.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using ::testing::DoubleNear;

const std::string kConfigs = TESSERA_SOURCE_DIR "/harness/configs/";

// Nothing but arithmetic takes time: 1 Gflop/s a rank.
MachineDescription arithmetic() {
  MachineDescription machine;
  machine.name = "arithmetic";
  machine.node = {1, 1, std::int64_t{1} << 40, 1e300, {{Element::F32, 1e9}}};
  machine.kernels.share_of_peak = 1;
  machine.inside = machine.between = {{0, 1e300}, 1e300, 1};
  return machine;
}

PerformanceModel tiny(std::vector<std::string> overrides = {}) {
  return PerformanceModel(load_config(kConfigs + "cosmoflow-tiny.yaml", overrides));
}

TEST(PerformanceModel, OfArithmeticAloneIsTheWorkOverTheRate) {
  const PerformanceModel model = tiny();
  const Prediction p = model.predict(arithmetic(), {}, {16, 16, 1});
  const double work = model.workload().graph(16).training_flop();
  EXPECT_NEAR(p.seconds.step(), work / 1e9, 1e-9 * work / 1e9);
  EXPECT_NEAR(p.efficiency, 1, 1e-9);
  EXPECT_EQ(p.flop, work);
  // Twice the ranks and twice the batch take as long; passes one after another.
  EXPECT_NEAR(model.predict(arithmetic(), {.replicas = 2}, {32, 16, 1}).seconds.step(), p.seconds.step(),
              1e-9);
  EXPECT_NEAR(model.predict(arithmetic(), {}, {32, 16, 2}).seconds.step(), 2 * p.seconds.step(), 1e-9);
}

TEST(PerformanceModel, AddsTheSumOfGradientsAndTheSlowestRank) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  machine.all_reduce.measured["4"]["100"] = 0.5;  // in proportion: less than a bucket of gradients
  const Prediction alone = model.predict(arithmetic(), {.replicas = 4}, {16, 4, 1});
  const Prediction p = model.predict(machine, {.replicas = 4}, {16, 4, 1});
  const auto gradients =
      static_cast<double>(PlannedParameters(model.workload(), Element::F32).store.trained_bytes());
  EXPECT_NEAR(p.seconds.reducing, 0.5 * gradients / 100, 1e-6 * gradients);
  EXPECT_EQ(p.all_reduce, "measured");
  machine.spread = 0.1;
  EXPECT_THAT(model.predict(machine, {.replicas = 4}, {16, 4, 1}).seconds.skew,
              DoubleNear(0.1 * 1.03 * alone.seconds.computing, 0.005 * alone.seconds.computing))
      << "the largest of four is 1.03 deviations above their mean";
}

TEST(PerformanceModel, WaitsForHalosThatNothingHides) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  const GridDims grid{1, 2, 1, 1};
  const Prediction fast = model.predict(machine, grid, {4, 4, 1});
  machine.between.way.latency = 100;  // far more than anything computes
  const Prediction slow = model.predict(machine, grid, {4, 4, 1});
  // Three convolutions, the last pooling (of two rows, one a part) and the flattened map are gathered, and
  // their gradients scattered, one after another; the sum of gradients is a message more.
  EXPECT_NEAR(slow.seconds.step() - fast.seconds.step(), 100 * 11, 1);
  EXPECT_NEAR(slow.ideal_seconds, fast.ideal_seconds, 1e-9);
  machine.between.overlap = 0;
  EXPECT_GE(model.predict(machine, grid, {4, 4, 1}).seconds.step(), slow.seconds.step());
}

TEST(PerformanceModel, ReadsWhatANodesMemoryDoesNotHold) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  const double set = 2048.0 * 16 * 16 * 16 * 4 * 2;
  machine.files = {1e3, static_cast<std::int64_t>(set / 4), 0};
  const Prediction p = model.predict(machine, {.replicas = 2}, {16, 8, 1});
  EXPECT_NEAR(p.input.node_bytes, set, 1);
  EXPECT_NEAR(p.input.share_read, 0.75, 1e-6);
  EXPECT_NEAR(p.seconds.input, 0.75 * 8 * set / 2048 / 1e3, 1e-3) << "of a node's eight samples";
  machine.files.overlap = 1;
  EXPECT_LT(model.predict(machine, {.replicas = 2}, {16, 8, 1}).seconds.input, p.seconds.input);
  machine.files.cache_bytes = static_cast<std::int64_t>(set);
  EXPECT_EQ(model.predict(machine, {.replicas = 2}, {16, 8, 1}).seconds.input, 0);
}

TEST(PerformanceModel, SaysWhatItDoesNotKnow) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  EXPECT_THAT(model.predict(machine, {.replicas = 2}, {16, 8, 1}).unknown,
              ::testing::ElementsAre(::testing::HasSubstr("no kernel was measured"),
                                     ::testing::HasSubstr("no spread")));
  machine.node.peak.clear();
  EXPECT_THROW(model.predict(machine, {}, {16, 16, 1}), InputError);
}

TEST(PerformanceModel, TakesWhatWasMeasuredInTheElementOfTheRunAlone) {
  MachineDescription machine = arithmetic();
  machine.node.peak[Element::BF16] = machine.node.peak.at(Element::F32);
  const auto computing = [&](const char* element) {
    return tiny({std::string("compute.element=") + element})
        .predict(machine, {}, {16, 16, 1})
        .seconds.computing;
  };
  const double float32 = computing("float32"), bfloat16 = computing("bf16");
  machine.kernels.measured["update bf16"]["1x1x1x1"] = 1;  // a second for each parameter
  EXPECT_EQ(computing("float32"), float32);
  EXPECT_GT(computing("bf16"), 1000 * bfloat16);
}

TEST(PerformanceModel, CountsAnEvaluationAsAThirdOfItsSteps) {
  const PerformanceModel model = tiny();
  const Prediction p = model.predict(arithmetic(), {}, {16, 16, 1});
  EXPECT_NEAR(model.solution_seconds(p, 10) / (10 * p.seconds.step()), 2048 / 16 + 512.0 / 16 / 3, 1e-9);
}

TEST(BestLayout, TakesReplicasBeforePartsWhereMessagesCost) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  machine.between.way.latency = 1e-3;
  const std::vector<Prediction> layouts = best_layouts(model, machine, {.ranks = 8, .global_batch = 8});
  EXPECT_EQ(layouts.front().grid, (GridDims{.replicas = 8}));
  // With fewer samples than ranks they must be split.
  const std::vector<Prediction> split = best_layouts(model, machine, {.ranks = 8, .global_batch = 2});
  EXPECT_EQ(split.front().grid.replicas, 2);
  for (std::size_t i = 1; i < split.size(); ++i)
    EXPECT_GE(split[i - 1].samples_per_second(), split[i].samples_per_second());
}

TEST(BestLayout, LeavesOutWhatDoesNotFitMemory) {
  const PerformanceModel model = tiny();
  MachineDescription machine = arithmetic();
  const std::vector<Prediction> all = best_layouts(model, machine, {.ranks = 4, .global_batch = 4});
  std::size_t most = 0;
  for (const Prediction& layout : all) most = std::max(most, layout.memory_bytes);
  machine.node.memory_bytes = static_cast<std::int64_t>(most) - 1;
  const std::vector<Prediction> fewer = best_layouts(model, machine, {.ranks = 4, .global_batch = 4});
  EXPECT_LT(fewer.size(), all.size());
  for (const Prediction& layout : fewer) EXPECT_LT(layout.memory_bytes, most);
  machine.node.memory_bytes = 1;
  EXPECT_THROW(best_layouts(model, machine, {.ranks = 2, .global_batch = 2}), InputError);
}

// What a rank's plans take: the pieces that it exchanges, of its own program alone.
std::size_t plan_bytes_of_a_rank(const SampleProgram& program) {
  std::size_t most = 0;
  for (int part = 0; part < static_cast<int>(program.program_of.size()); ++part) {
    const Program& mine = program.program(part);
    std::size_t bytes = (mine.forward.size() + mine.backward.size()) * sizeof(ProgramStep);
    for (const auto& [edge, parts] : program.exchanges) {
      const SampleProgram::Messages& messages = parts[static_cast<std::size_t>(part)];
      bytes += (messages.received.size() + messages.sent.size()) * sizeof(Piece);
    }
    most = std::max(most, bytes);
  }
  return most;
}

// Of runs of 4x4 parts a sample, as published for 8,192 nodes: the same whatever the ranks.
TEST(ScaleOnPaper, WhatARankHoldsDoesNotGrowWithTheWorld) {
  const PerformanceModel model(load_config(kConfigs + "cosmoflow.yaml"));
  std::vector<std::size_t> plans, memory;
  for (const int ranks : {64, 4096, 16384, 82944}) {
    const GridDims grid = grid_of("4x4", ranks, model.workload().graph(1));
    const Graph graph = model.workload().graph(1);
    plans.push_back(plan_bytes_of_a_rank(sample_program(graph, grid, place_all(graph, Partition(grid)), {})));
    memory.push_back(model.predict(arithmetic(), grid, {grid.replicas, 1, 1}).memory_bytes);
    RecordProperty("bytes of plans at " + std::to_string(ranks), static_cast<int>(plans.back()));
  }
  for (std::size_t i = 1; i < plans.size(); ++i) {
    EXPECT_EQ(plans[i], plans[0]);
    EXPECT_EQ(memory[i], memory[0]);
  }
}

TEST(PerformanceModel, CountsTheScratchOfTheKernelsThatARankWouldHaveWithItsThreads) {
  const Config config = load_config(kConfigs + "cosmoflow-tiny.yaml");
  const PerformanceModel model(config);
  MachineDescription machine = arithmetic();
  machine.node.cores = 3;
  const GridDims grid{2, 2, 1, 1};
  Prediction p = model.predict(machine, grid, {4, 2, 1});
  const std::size_t without = p.memory_bytes;
  model.add_scratch(p, machine);
  const TeamSize team(3);
  const RunPlan plan = make_plan(config, model.workload(), PlannedParameters(model.workload(), Element::F32),
                                 grid, {4, 2, 1}, *make_kernels(config.compute));
  std::size_t most = 0;
  for (const PartMemory& part : plan.memory()) most = std::max(most, part.total());
  EXPECT_EQ(p.memory_bytes, most) << "as it is planned";
  EXPECT_GT(p.memory_bytes, without);
}

}  // namespace
}  // namespace tessera
