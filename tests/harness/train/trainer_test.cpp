#include "harness/train/trainer.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/config/config.hpp"
#include "harness/config/cosmoflow_config.hpp"
#include "harness/config/deepcam_config.hpp"
#include "harness/plan/split.hpp"
#include "harness/run/training_state.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/data_share.hpp"
#include "harness/workloads/make_workload.hpp"
#include "models/kernels/kernels.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

// Data parallel and split samples against one process: dropout, augmentation and padded evaluation included.
namespace tessera {
namespace {

using testing::world;

// One of those with which rounding moves no maximum of a pool in these few steps, on any of the grids: where
// it does, losses part by 1e-5 to 1e-1 from there on; by the library's first layer and by our own. So are
// direct convolutions, below.
constexpr std::uint64_t kSeed = 6;

/// A workload to train for some steps, over an epoch's end, and how far its losses and its metric may be from
/// those of one process, relatively.
struct Trial {
  const char* name;
  const char* config;
  std::int64_t steps;
  double loss_limit, metric_limit;
  bool planar;  // samples have no depth
};
// The metric of DeepCAM is that of pixels' classes, of which rounding turns a few.
const Trial kCosmoflow{"CosmoFlow", "fixture.yaml", 20, 1e-5, 1e-5, false};
const Trial kDeepcam{"DeepCam", "fixture-deepcam.yaml", 5, 1e-5, 1e-3, true};

const Trial kSequential{"Sequential", "fixture-sequential.yaml", 6, 1e-5, 1e-5, true};

/// What a training comes to on this rank.
struct Outcome {
  std::vector<double> losses;
  Evaluation evaluation;
  std::vector<std::byte> parameters;
};

/// A trainer on some ranks, with all that it borrows.
class Training {
 public:
  Training(const Communicator& ranks, GridDims dims, const Config& config)
      : grid_(ranks, dims),
        workload_(make_workload(config, kSeed)),
        kernels_(make_onednn_kernels(Element::F32, ConvolutionAlgorithm::Direct)) {
    workload_->open_data(broadcast_listing(grid_, config.data.data_dir),
                         data_share(workload_->graph(1), grid_, config.data, std::size_t{64} << 20));
    trainer_ = std::make_unique<Trainer>(
        grid_, *workload_, *kernels_,
        Trainer::Options{
            .seed = kSeed, .batch = resolve_batch(config, dims.replicas), .overlap = config.compute.overlap});
  }
  Trainer& operator*() { return *trainer_; }
  Trainer* operator->() { return trainer_.get(); }

 private:
  ProcessGrid grid_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<Kernels> kernels_;
  std::unique_ptr<Trainer> trainer_;
};

std::vector<GridDims> planar_grids() {
  switch (world().size()) {
    case 1:
      return {{1, 1, 1, 1}};
    case 2:
      return {{2, 1, 1, 1}, {1, 1, 1, 2}, {1, 1, 2, 1}};
    case 3:
      return {{1, 1, 3, 1}};
    case 4:
      return {{4, 1, 1, 1}, {1, 1, 4, 1}, {1, 1, 2, 2}, {2, 1, 2, 1}};
    default:
      return {{1, 1, 8, 1}, {4, 1, 2, 1}};
  }
}

/// Each way to lay out the world that is held against one process: samples cut along one, two and three axes,
/// evenly or not, into parts that own nothing of the last layers, and replicas of them. The last has both
/// replicas and parts, where there are ranks enough.
std::vector<GridDims> grids(bool planar) {
  if (planar) return planar_grids();
  switch (world().size()) {
    case 1:
      return {{1, 1, 1, 1}};
    case 2:
      return {{2, 1, 1, 1}, {1, 2, 1, 1}, {1, 1, 2, 1}};
    case 3:
      return {{1, 3, 1, 1}};
    case 4:
      return {{4, 1, 1, 1}, {1, 4, 1, 1}, {1, 2, 2, 1}, {2, 2, 1, 1}};
    default:
      return {{1, 8, 1, 1}, {1, 2, 2, 2}, {4, 2, 1, 1}};
  }
}

class TrainingTest : public ::testing::Test {
 protected:
  explicit TrainingTest(const Trial& trial)
      : trial_(trial),
        grids_(grids(trial.planar)),
        config_(load_config(std::string(TESSERA_SOURCE_DIR "/tests/harness/") + trial.config)) {}

  Outcome train(const Communicator& ranks, const GridDims& dims) const {
    Training trainer(ranks, dims, config_);
    trainer->warm_up();
    Outcome outcome;
    take_steps(*trainer, 0, trial_.steps, outcome);
    finish(*trainer, outcome);
    return outcome;
  }

  /// On rank 0, for all to know.
  Outcome train_on_one() const {
    const Communicator group = world().split(world().rank() == 0 ? 0 : 1, 0);
    Outcome outcome;
    if (world().rank() == 0) outcome = train(group, {});
    outcome.losses.resize(static_cast<std::size_t>(trial_.steps));
    world().broadcast(std::as_writable_bytes(std::span(outcome.losses)), 0);
    world().broadcast(std::as_writable_bytes(std::span(&outcome.evaluation, 1)), 0);
    return outcome;
  }

  /// The same in two parts: a second trainer goes on from the tensors of the first, which rank 0 wrote.
  Outcome train_in_two_parts(const GridDims& before, const GridDims& after, std::int64_t first) const {
    Outcome outcome;
    const TemporaryDirectory directory;
    const std::filesystem::path file = directory / "checkpoint.h5";
    {
      Training trainer(world(), before, config_);
      take_steps(*trainer, 0, first, outcome);
      Checkpoint checkpoint;
      add_tensors(trainer->parameters(), trainer->optimizer(), checkpoint);
      if (world().rank() == 0) write_checkpoint(file, checkpoint);
    }
    Training trainer(world(), after, config_);
    if (world().rank() == 0)
      load_tensors(read_checkpoint(file), file, trainer->parameters(), trainer->optimizer());
    trainer->resume(first, {});
    trainer->warm_up();
    take_steps(*trainer, first, trial_.steps, outcome);
    finish(*trainer, outcome);
    return outcome;
  }

  void take_steps(Trainer& trainer, std::int64_t from, std::int64_t to, Outcome& outcome) const {
    const std::int64_t epoch = trainer.steps_per_epoch();
    for (std::int64_t step = from; step < to; ++step) {
      if (step == from || step % epoch == 0)
        trainer.start_epoch(static_cast<int>(step / epoch), step % epoch);
      outcome.losses.push_back(trainer.step().value().loss);
    }
  }
  void finish(Trainer& trainer, Outcome& outcome) const {
    outcome.evaluation = trainer.evaluate().value();
    ParameterStore& parameters = trainer.parameters();
    outcome.parameters.assign(parameters.values(), parameters.values() + parameters.bytes());
  }

  void expect_equal_but_for_rounding(const Outcome& found, const Outcome& expected) const {
    double furthest = 0;
    for (std::size_t step = 0; step < expected.losses.size(); ++step)
      furthest = std::max(furthest, relative_difference(found.losses[step], expected.losses[step]));
    EXPECT_LE(furthest, trial_.loss_limit);
    EXPECT_LE(relative_difference(found.evaluation.loss, expected.evaluation.loss), trial_.loss_limit);
    EXPECT_LE(relative_difference(found.evaluation.metric, expected.evaluation.metric), trial_.metric_limit);
  }
  static double relative_difference(double a, double b) { return std::abs(a - b) / std::abs(b); }

  Trial trial_;
  std::vector<GridDims> grids_;
  Config config_;
};

class TrainerTest : public TrainingTest, public ::testing::WithParamInterface<Trial> {
 protected:
  TrainerTest() : TrainingTest(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Of, TrainerTest, ::testing::Values(kCosmoflow, kDeepcam, kSequential),
                         [](const auto& trial) { return trial.param.name; });

TEST_P(TrainerTest, RanksTogetherTrainAsOneDoesAlone) {
  if (world().size() == 1) GTEST_SKIP() << "needs several ranks";
  if (!trial_.planar) {
    ASSERT_GT(cosmoflow_of(config_).dropout, 0);
    ASSERT_EQ(cosmoflow_of(config_).augment, Augmentation::All);
  }
  ASSERT_GT(trial_.steps, config_.data.n_train / *config_.data.global_batch_size)
      << "no second epoch is begun";
  const Outcome one = train_on_one();
  EXPECT_NE(one.losses.front(), one.losses.back());
  for (const GridDims& dims : grids_) {
    SCOPED_TRACE(fmt::format("{} replicas of {}", dims.replicas, split_text(dims, 3)));
    expect_equal_but_for_rounding(train(world(), dims), one);
  }
}

TEST_P(TrainerTest, TheSameRunTwiceGivesTheSameBits) {
  const GridDims dims = grids_.back();
  const Outcome first = train(world(), dims), second = train(world(), dims);
  EXPECT_EQ(first.losses, second.losses);
  EXPECT_EQ(first.evaluation.loss, second.evaluation.loss);
  EXPECT_EQ(first.evaluation.metric, second.evaluation.metric);
  EXPECT_TRUE(first.parameters == second.parameters);
}

TEST_P(TrainerTest, GoesOnFromAnyStepToTheSameBits) {
  if (trial_.planar && world().size() > 4) GTEST_SKIP() << "takes long where ranks share a core";
  const GridDims dims = grids_.back();
  const Outcome whole = train(world(), dims);
  const std::int64_t epoch = config_.data.n_train / *config_.data.global_batch_size;
  for (const std::int64_t first : {std::int64_t{1}, epoch - 1, epoch, epoch + 1}) {
    const Outcome parts = train_in_two_parts(dims, dims, first);
    EXPECT_EQ(parts.losses, whole.losses) << first;
    EXPECT_EQ(parts.evaluation.metric, whole.evaluation.metric) << first;
    EXPECT_TRUE(parts.parameters == whole.parameters) << first;
  }
}

TEST_P(TrainerTest, GoesOnOnAnotherGridToTheSameLosses) {
  const GridDims first = grids_.front(), last = grids_.back();
  expect_equal_but_for_rounding(train_in_two_parts(last, first, trial_.steps / 2), train(world(), last));
}

class CosmoflowTrainerTest : public TrainingTest {
 protected:
  CosmoflowTrainerTest() : TrainingTest(kCosmoflow) {}
};

std::int64_t interiors_first(const Program& program) {
  return std::ranges::count(program.forward, ProgramStep::Kind::ForwardInterior, &ProgramStep::kind);
}

TEST_F(CosmoflowTrainerTest, InteriorsAreComputedFirstAsAskedForAndChangeRoundingAlone) {
  if (world().size() == 1) GTEST_SKIP() << "needs several ranks";
  const GridDims slabs{1, world().size(), 1, 1};
  config_.data.global_batch_size = 1;
  config_.compute.overlap = Overlap::Off;
  EXPECT_EQ(interiors_first(Training(world(), slabs, config_)->network().program()), 0);
  const Outcome off = train(world(), slabs);
  config_.compute.overlap = Overlap::On;
  if (world().size() == 2) {  // more ranks have too few of the second layer's 8 planes
    EXPECT_GT(interiors_first(Training(world(), slabs, config_)->network().program()), 0);
  }
  expect_equal_but_for_rounding(train(world(), slabs), off);
}

// Nothing is normalised over a pass, so that a batch may come in several.
TEST_F(CosmoflowTrainerTest, BatchesThatPassInPiecesAreOneBatch) {
  const GridDims dims = grids_.back();  // replicas and parts, where there are ranks enough
  const Outcome whole = train(world(), dims);
  config_.train.gradient_accumulation_frequency = 2;
  expect_equal_but_for_rounding(train(world(), dims), whole);
  expect_equal_but_for_rounding(train_in_two_parts(dims, dims, 13), whole);
}

class DeepcamTrainerTest : public TrainingTest {
 protected:
  DeepcamTrainerTest() : TrainingTest(kDeepcam) {}
};

std::string statistics_of(ParameterStore& parameters) {
  return {reinterpret_cast<const char*>(parameters.values() + parameters.trained_bytes()),
          parameters.bytes() - parameters.trained_bytes()};
}

TEST_F(DeepcamTrainerTest, AveragesTheStatisticsOfItsNormGroups) {
  if (world().size() == 1) GTEST_SKIP() << "needs several ranks";
  deepcam_of(config_).batchnorm_group_size = 1;
  config_.data.global_batch_size = 2 * world().size();
  Training trainer(world(), {world().size(), 1, 1, 1}, config_);
  Outcome outcome;
  take_steps(*trainer, 0, 2, outcome);
  const std::vector<std::string> of_ranks = world().gather(statistics_of(trainer->parameters()), 0);
  trainer->average_statistics();
  const std::vector<std::string> averaged = world().gather(statistics_of(trainer->parameters()), 0);
  if (world().rank() > 0) return;
  EXPECT_FALSE(of_ranks[0] == of_ranks[1]) << "each replica has samples of its own";
  for (const std::string& other : averaged) EXPECT_TRUE(other == averaged[0]);
  std::vector<double> mean(of_ranks[0].size() / sizeof(float), 0.0);
  for (const std::string& bytes : of_ranks)
    for (std::size_t i = 0; i < mean.size(); ++i)
      mean[i] += static_cast<double>(reinterpret_cast<const float*>(bytes.data())[i]) / world().size();
  for (std::size_t i = 0; i < mean.size(); ++i)
    ASSERT_NEAR(reinterpret_cast<const float*>(averaged[0].data())[i], mean[i], 1e-6 * std::abs(mean[i]))
        << i;
}

TEST_P(TrainerTest, AllRanksHoldTheSameBits) {
  if (world().size() == 1) GTEST_SKIP() << "needs several ranks";
  const Outcome mine = train(world(), grids_.back());
  const std::string bytes(reinterpret_cast<const char*>(mine.parameters.data()), mine.parameters.size());
  for (const std::string& theirs : world().gather(bytes, 0)) EXPECT_TRUE(theirs == bytes);
}

}  // namespace
}  // namespace tessera
