#include "harness/bench/training_bench.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/bench/step_verification.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"
#include "support/mpi_world.hpp"
#include "support/spoiling_kernels.hpp"

namespace tessera {
namespace {

using testing::world;

Config fixture(const std::vector<std::string>& overrides = {}) {
  return load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture.yaml", overrides);
}

Study timed(const Config& config, const TrainingBenchOptions& options, const GridDims& dims) {
  const auto workload = make_workload(config, 1);
  const ProcessGrid grid(world(), dims);
  return bench_training(*workload, grid, config, batch_of_step(config, dims.replicas), options);
}

TEST(TrainingBench, AccountsForTheTimeOfEveryRank) {
  const Study study =
      timed(fixture({"data.augment=none"}), {.steps = 2, .repeats = 3}, {1, world().size(), 1, 1});
  const StudyPoint& point = study.points.at(0);
  const StudyMeasurement& measured = point.measurement.value();
  EXPECT_EQ(point.layout.ranks, world().size());
  EXPECT_EQ(point.layout.depth, world().size());
  EXPECT_EQ(point.layout.extents, (std::vector<std::int64_t>{16, 16, 16}));
  ASSERT_EQ(measured.step_seconds.size(), 3U);
  ASSERT_EQ(std::ssize(measured.ranks), world().size());
  const double mean = (measured.step_seconds[0] + measured.step_seconds[1] + measured.step_seconds[2]) / 3;
  for (const RankSeconds& rank : measured.ranks) {
    EXPECT_GT(rank.compute, 0);
    EXPECT_GT(rank.compute_cpu, 0);
    EXPECT_GE(rank.rest(), -1e-6);
    EXPECT_LE(rank.step, mean * (1 + 1e-9)) << "the slowest of each repeat counts";
    EXPECT_EQ(rank.exposed_exchange > 0, world().size() > 1);
  }
  EXPECT_EQ(measured.input, StudyInput::DataSet);
  EXPECT_GT(measured.training_flop_a_sample, 0);
  EXPECT_GT(study.peak_flop_a_core.value(), 0);
  EXPECT_EQ(study.peak_source, "measured");
  EXPECT_EQ(study_of_json(nlohmann::json::parse(to_json(study).dump()), ""), study);
}

TEST(TrainingBench, HasAnIdealTimeBetweenWhatTheSlowestRankComputesAndWhatItTook) {
  const Study study =
      timed(fixture({"data.augment=none"}), {.steps = 4, .repeats = 1}, {1, world().size(), 1, 1});
  if (world().rank() != 0) return;
  const StudyMeasurement& measured = study.points.at(0).measurement.value();
  const double slowest = std::ranges::max(measured.ranks, {}, &RankSeconds::compute).compute;
  EXPECT_GE(measured.ideal_step_seconds.value(), slowest * (1 - 1e-9));
  EXPECT_LE(measured.ideal_step_seconds.value(), measured.step_seconds[0]);
}

TEST(TrainingBench, CyclesADataSetWithFewerSamplesThanAStep) {
  for (const char* shuffle : {"data.shuffle=global", "data.shuffle=local"}) {
    const Study study =
        timed(fixture({"data.global_batch_size=128", shuffle}), {.steps = 1, .repeats = 1}, {world().size()});
    EXPECT_EQ(study.points.at(0).measurement->input, StudyInput::Cycled);
    EXPECT_EQ(study.points.at(0).layout.global_batch, 128);
  }
}

TEST(TrainingBench, ReadsNothingWhereTheInputIsSynthetic) {
  const Study study =
      timed(fixture({"data.data_dir=none"}), {.steps = 1, .repeats = 1, .synthetic = true}, {world().size()});
  const StudyMeasurement& measured = study.points.at(0).measurement.value();
  EXPECT_EQ(measured.input, StudyInput::Synthetic);
  EXPECT_EQ(measured.ranks.at(0).exposed_input, 0);
}

StudyVerification verification(const Config& config, const GridDims& dims, const MakeKernels& kernels) {
  const ProcessGrid grid(world(), dims);
  return verify_step(*make_workload(config, 1), grid, config.compute, kernels);
}

TEST(StepVerification, PassesWholeAndSplitSamplesInEitherElement) {
  for (const char* element : {"float32", "bf16"})
    for (const GridDims& dims : {GridDims{world().size()}, GridDims{1, world().size(), 1, 1}}) {
      const StudyVerification verified =
          verification(fixture({std::string("compute.element=") + element}), dims, make_kernels);
      EXPECT_TRUE(verified.passed()) << element << ", " << verified.loss_residual << ", "
                                     << verified.gradient_residual;
      EXPECT_GT(verified.gradient_residual, 0) << "nothing was compared";
    }
}

TEST(StepVerification, PassesReplicasThatKeepBatchStatisticsOfTheirOwn) {
  const std::vector<std::string> no_data{"data.data_dir=none"};
  const Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture-deepcam.yaml", no_data);
  EXPECT_TRUE(verification(config, {world().size()}, make_kernels).passed());
}

TEST(StepVerification, PassesNetworksOfOnesOwnThatAnswerWithClasses) {
  const std::vector<std::string> no_data{"data.data_dir=none"};
  const Config config = load_config(TESSERA_SOURCE_DIR "/tests/harness/fixture-sequential.yaml", no_data);
  for (const GridDims& dims : {GridDims{world().size()}, GridDims{1, 1, world().size(), 1}})
    EXPECT_TRUE(verification(config, dims, make_kernels).passed());
}

TEST(StepVerification, FailsWhereAKernelIsWrongInOneDirection) {
  for (const Direction direction : kDirections) {
    const MakeKernels spoilt = [&](const ComputeConfig& compute) -> std::unique_ptr<Kernels> {
      return std::make_unique<test::SpoilingKernels>(make_kernels(compute), direction);
    };
    EXPECT_FALSE(verification(fixture(), {1, world().size(), 1, 1}, spoilt).passed()) << name_of(direction);
  }
}

TEST(StepVerification, TakesSamplesThatTheReferenceCanCompute) {
  const Config small =
      verifiable_config(world(), TESSERA_SOURCE_DIR "/harness/configs/cosmoflow-full.yaml", {}, "");
  EXPECT_EQ(small.data.sample_shape, (std::vector<std::int64_t>{32, 32, 32, 4}));
}

}  // namespace
}  // namespace tessera
