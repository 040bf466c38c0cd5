#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "harness/bench/step_bench.hpp"
#include "harness/config/config_schema.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/run/training_run.hpp"
#include "harness/third/brightness_config.hpp"
#include "harness/third/brightness_workload.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "parallel/partition_plan.hpp"
#include "results/check/run_rules.hpp"
#include "results/score/run_set.hpp"
#include "results/score/scores.hpp"
#include "support/errors.hpp"
#include "support/mpi_tests.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

// A benchmark that is none of the program's own, added by its descriptors alone, goes the way of the others.
namespace tessera {
namespace {

using testing::world;

constexpr const char* kConfiguration = R"(
mlperf: {org: Somebody, platform: Somewhere, division: closed}
data: {data_dir: nowhere, n_train: 64, n_valid: 13, sample_shape: [8, 8], global_batch_size: 8, n_epochs: 20}
model: {name: brightness}
optimizer: {name: SGD}
lr_schedule: {lr: 0.1}
)";

Config configure(std::vector<std::string> overrides = {}) {
  return parse_config(kConfiguration, "third.yaml", overrides);
}

TEST(ThirdBenchmark, IsConfiguredByItsTable) {
  const Config config = configure({"model.filters=3"});
  EXPECT_EQ(config.mlperf.benchmark, "brightness");
  EXPECT_EQ(brightness_of(config).filters, 3);
  EXPECT_EQ(to_json(config).at("model"), (nlohmann::json{{"name", "brightness"}, {"filters", 3}}));
  const auto refused = [](const std::string& override) {
    return message_of<InputError>([&] { configure({override}); });
  };
  EXPECT_THAT(refused("model.dropout=0.5"), ::testing::HasSubstr("unknown key 'model.dropout'"));
  EXPECT_THAT(refused("model.filters=0"), ::testing::HasSubstr("model.filters is 0"));
  EXPECT_THAT(refused("train.gradient_accumulation_frequency=2"), ::testing::HasSubstr("no use"));
  EXPECT_THAT(refused("model.name=brightnes"),
              ::testing::HasSubstr("expected cosmoflow, deepcam, sequential, resnet50 or brightness"));
}

TEST(ThirdBenchmark, CannotHaveKeysInASectionThatNoConfigurationHas) {
  static constexpr BenchmarkTable kTable{
      .name = "lost",
      .defaults = [] { return std::any(); },
      .sections =
          [](Config& config) {
            return std::vector<Section>{{"modell", {field("org", config.mlperf.org)}}};
          },
      .settle = [](Config&) {}};
  Registry<BenchmarkTable>& tables = benchmark_tables();
  const Registry<BenchmarkTable> before = tables;
  tables.add(kTable);
  Config config;
  config.mlperf.benchmark = "lost";
  EXPECT_THAT(message_of<std::logic_error>([&] { config_schema(config); }), ::testing::HasSubstr("modell"));
  tables = before;
}

TEST(ThirdBenchmark, IsPlannedAndSplit) {
  const Config config = configure();
  const RunLayout layout = lay_out(config, 1, "2x1", 4);
  EXPECT_EQ(layout.grid.replicas, 2);
  EXPECT_EQ(layout.batch.replica, 4);
  const Graph graph = layout.workload->graph(layout.batch.replica);
  const auto plan = plan_partition(graph, layout.grid, *make_kernels(config.compute),
                                   ParameterStore(graph.parameters(), wide(config.compute.element)));
  EXPECT_EQ(plan.part_flop().size(), 2U);
  EXPECT_GT(plan.part_flop()[0], 0);
}

TEST(ThirdBenchmark, IsBenched) {
  const RunLayout layout = lay_out(configure(), 1, "", world().size());
  const ProcessGrid grid(world(), layout.grid);
  const StepBench bench = bench_step(*layout.workload, grid, {}, layout.batch, 2);
  EXPECT_GT(bench.step_seconds.min, 0);
  if (world().rank() == 0) {
    EXPECT_TRUE(std::ranges::any_of(bench.calls, [](const auto& call) { return call.node == "blur"; }));
  }
}

/// A directory that rank 0 makes, for all.
std::filesystem::path shared_directory(std::optional<TemporaryDirectory>& mine) {
  if (world().rank() == 0) mine.emplace();
  std::string name = mine ? mine->path().string() : "";
  world().broadcast(name, 0);
  return name;
}

TEST(ThirdBenchmark, LearnsInBfloat16) {
  std::optional<TemporaryDirectory> mine;
  const std::filesystem::path directory = shared_directory(mine);
  for (const char* kernels : {"onednn", "reference"}) {
    const TrainingRun::Options options{.seed = 1,
                                       .split = world().size() > 1 ? "2x1" : "",
                                       .output = directory / kernels,
                                       .max_epochs = 20,
                                       .show_progress = false};
    const Config config = configure({"compute.element=bf16", std::string("compute.kernels=") + kernels});
    EXPECT_EQ(TrainingRun(world(), config, options).run(), 0) << kernels;
  }
  world().barrier();
}

TEST(ThirdBenchmark, IsTrainedCheckedAndScored) {
  std::optional<TemporaryDirectory> mine;
  const std::filesystem::path set = shared_directory(mine);
  for (const int seed : {1, 2, 3}) {
    TrainingRun::Options options{.seed = static_cast<std::uint64_t>(seed),
                                 .split = world().size() > 1 ? "2x1" : "",
                                 .output = set / std::to_string(seed),
                                 .max_epochs = 20,
                                 .show_progress = false};
    EXPECT_EQ(TrainingRun(world(), configure(), options).run(), 0) << "it reaches its target";
  }
  world().barrier();
  if (world().rank() == 0) {
    const std::vector<RunSet> sets = read_run_sets(set);
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_EQ(sets[0].benchmark, "brightness");
    for (const RunRecord& run : sets[0].runs) {
      const Verdict verdict = check(run, Round::V3_0);
      EXPECT_TRUE(verdict.compliant()) << (verdict.findings.empty() ? "" : verdict.findings[0].key);
      EXPECT_THAT(verdict.warnings, ::testing::IsEmpty()) << "its rules are known";
      EXPECT_EQ(run.text(LogKey::SubmissionDivision), "closed");
      EXPECT_FALSE(check(run, Round::V2_0).compliant()) << "that round doesn't have it";
      EXPECT_FALSE(run.trace().curve(LogKey::EvalError).empty());
    }
    const Score scored = score(sets[0], Round::V3_0);
    EXPECT_EQ(scored.required_runs, 3U);
    EXPECT_EQ(scored.why_no_score, "");
    EXPECT_TRUE(scored.minutes.has_value());
  }
  world().barrier();
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  tessera::register_workload(tessera::brightness_workload());
  return tessera::testing::run_mpi_tests(argc, argv);
}
