#include "harness/train/step_dump.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "io/deepcam/deepcam_sample.hpp"
#include "io/deepcam/deepcam_statistics.hpp"
#include "io/files/whole_file.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "support/mpi_world.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::world;

constexpr std::int64_t kSize = 8, kSamples = 8;

const std::string kConfig = R"(
data: {name: cosmo, n_train: 8, n_valid: 1, sample_shape: [8, 8, 8, 4], global_batch_size: 8, n_epochs: 1, augment: all}
model: {name: cosmoflow, n_conv_layers: 2, conv_size: 3, fc1_size: 8, fc2_size: 6, dropout: 0.5}
optimizer: {name: SGD}
lr_schedule: {schedule: constant, lr: 0.1}
)";

void write_sample(const std::filesystem::path& file, std::int64_t number) {
  std::vector<std::int16_t> counts;
  for (std::int64_t i = 0; i < kSize * kSize * kSize * 4; ++i)
    counts.push_back(static_cast<std::int16_t>((i * 7919 + number * 104729) % 31));
  const std::vector<float> y(4, 0.1F * static_cast<float>(number));
  Hdf5Image image;
  const std::vector<std::int64_t> shape = {kSize, kSize, kSize, 4}, targets = {4};
  image.add("x", std::span(shape), std::span<const std::int16_t>(counts));
  image.add("y", std::span(targets), std::span<const float>(y));
  write_whole_file(file, image.bytes());
}

using SampleWriter = void (*)(const std::filesystem::path&, std::int64_t number);

/// A data set, the same directory on all ranks.
class StepDumpTest : public ::testing::Test {
 protected:
  StepDumpTest(const std::string& config, SampleWriter write) : config_(config) {
    if (world().rank() == 0) {
      directory_.emplace();
      for (const char* set : {"train", "validation"}) std::filesystem::create_directory(*directory_ / set);
      for (std::int64_t i = 0; i < kSamples; ++i)
        write(*directory_ / ("train/" + std::to_string(i) + ".hdf5"), i);
      write(*directory_ / "validation/0.hdf5", 0);
      path_ = directory_->path().string();
    }
    world().broadcast(path_, 0);
  }

  Config config(std::vector<std::string> overrides) const {
    overrides.insert(overrides.end(), {"data.data_dir=" + path_, "compute.threads=1"});
    return parse_config(config_, "test.yaml", overrides);
  }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

  /// A dump of one process alone is held against those of all together, split in these ways; what is
  /// computed, relative to the largest element of its tensor.
  void expect_the_same(const std::vector<std::string>& splits, double limit) const;

 private:
  const std::string& config_;
  std::optional<TemporaryDirectory> directory_;
  std::string path_;
};

const std::vector<std::string> kDouble = {"compute.kernels=reference", "compute.element=float64"};

std::vector<double> read(const Hdf5File& file, const std::string& name) {
  std::vector<Interval> block;
  std::size_t count = 1;
  for (const std::int64_t n : file.describe(name).shape) {
    block.push_back({0, n});
    count *= static_cast<std::size_t>(n);
  }
  std::vector<double> values(count);
  file.read(name, std::span<const Interval>(block), std::span(values));
  return values;
}

class StepDump : public StepDumpTest {
 protected:
  StepDump() : StepDumpTest(kConfig, write_sample) {}
};

// Samples whole, and cut along one, two and three axes, unevenly too.
std::vector<std::string> splits() {
  switch (world().size()) {
    case 1:
      return {""};
    case 2:
      return {"", "2x1", "1x2", "1x1x2"};
    case 3:
      return {"3x1"};
    case 4:
      return {"", "2x1", "4x1", "2x2"};
    default:
      return {"2x1", "4x2", "2x2x2"};
  }
}

void StepDumpTest::expect_the_same(const std::vector<std::string>& splits, double limit) const {
  const Communicator first = world().split(world().rank() == 0 ? 0 : 1, 0);
  if (world().rank() == 0) {
    EXPECT_EQ(dump_step(first, config(kDouble), {5}, path("alone.h5")), 0);
  }
  for (const std::string& split : splits) {
    SCOPED_TRACE(split);
    EXPECT_EQ(dump_step(world(), config(kDouble), {5, split}, path("together.h5")), 0);
    if (world().rank() != 0) continue;
    const Hdf5File one(path("alone.h5")), all(path("together.h5"));
    ASSERT_EQ(one.names(), all.names());
    for (const std::string& name : one.names()) {
      EXPECT_EQ(one.describe(name), all.describe(name)) << name;
      const bool given =
          name.starts_with("input/") || name.starts_with("target/") || name.starts_with("parameter/");
      const std::vector<double> expected = read(one, name), found = read(all, name);
      double largest = 0;
      for (const double value : expected) largest = std::max(largest, std::abs(value));
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], given ? 0 : limit * largest) << name << " " << i;
    }
  }
}

TEST_F(StepDump, IsTheSameFromAnyNumberOfRanksAndAnySplit) {
  expect_the_same(splits(), 1e-12);
}

// For tests in which the split doesn't matter: the batch is not to be divided by three.
StepDumpOptions as_one_replica() {
  return {5, world().size() == 8 ? "4x2" : std::to_string(world().size())};
}

TEST_F(StepDump, HoldsShapesInStorageOrderAndEveryParameterTwice) {
  EXPECT_EQ(dump_step(world(), config({}), as_one_replica(), path("single.h5")), 0);
  if (world().rank() != 0) return;
  const Hdf5File file(path("single.h5"));
  EXPECT_EQ(to_string(file.describe("input/universe")), "float32 (8,8,8,8,4)");
  EXPECT_EQ(to_string(file.describe("target/cosmology")), "float32 (8,4)");
  EXPECT_EQ(to_string(file.describe("prediction")), "float32 (8,4)");
  EXPECT_EQ(file.describe("loss"), (Hdf5Array{"float64", {}}));
  EXPECT_EQ(to_string(file.describe("parameter/conv3d/kernel")), "float32 (3,3,3,4,3)");
  EXPECT_EQ(to_string(file.describe("gradient/conv3d_1/kernel")), "float32 (3,3,3,3,6)");
  EXPECT_EQ(to_string(file.describe("gradient/dense/kernel")), "float32 (48,8)");
  EXPECT_EQ(file.names().size(), 4 + 2 * 10U);
}

TEST_F(StepDump, HasTheLossOfItsPredictionAndGradientsOfItsLastBias) {
  EXPECT_EQ(dump_step(world(), config(kDouble), as_one_replica(), path("double.h5")), 0);
  if (world().rank() != 0) return;
  const Hdf5File file(path("double.h5"));
  const std::vector<double> prediction = read(file, "prediction"), target = read(file, "target/cosmology");
  double loss = 0;
  std::vector<double> bias(4, 0.0);
  for (std::size_t i = 0; i < prediction.size(); ++i) {
    const double error = prediction[i] - target[i], tanh = prediction[i] / 1.2;
    loss += error * error / static_cast<double>(prediction.size());
    bias[i % 4] += 2 * error / static_cast<double>(prediction.size()) * 1.2 * (1 - tanh * tanh);
  }
  EXPECT_NEAR(read(file, "loss")[0], loss, 1e-14);
  const std::vector<double> gradient = read(file, "gradient/dense_2/bias");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(gradient[i], bias[i], 1e-14);
}

TEST_F(StepDump, OfSeveralPassesIsRefused) {
  EXPECT_THROW(dump_step(world(), config({"train.gradient_accumulation_frequency=2"}), as_one_replica(),
                         path("step.h5")),
               UniformError);
}

TEST_F(StepDump, RefusesAPlaceItCannotWriteOnAllRanks) {
  EXPECT_THROW(dump_step(world(), config({}), as_one_replica(), path("absent/step.h5")), Error);
}

const std::string kClimateConfig = R"(
data: {name: deepcam, n_train: 8, n_valid: 1, sample_shape: [32, 48, 16], channels: [0, 3, 7], global_batch_size: 4,
       n_epochs: 1}
model: {name: deepcam, width_factor: 0.01, middle_blocks: 1, batchnorm_group_size: 0}
optimizer: {name: LAMB}
lr_schedule: {start_lr: 0.001}
)";

// Fields of waves, and labels of which each sample has another mixture.
void write_climate(const std::filesystem::path& file, std::int64_t number) {
  constexpr Extents kSpace{1, 32, 48};
  DeepcamStatistics statistics;
  statistics.minimum.fill(-1);
  statistics.maximum.fill(1);
  std::vector<float> fields;
  std::vector<std::uint8_t> labels;
  for (std::int64_t pixel = 0; pixel < kSpace.h * kSpace.w; ++pixel) {
    for (std::size_t c = 0; c < kDeepcamChannels; ++c)
      fields.push_back(
          std::sin(0.01F * static_cast<float>((pixel + 31 * number) % 997) * static_cast<float>(c + 1)));
    labels.push_back(static_cast<std::uint8_t>((pixel / 5 + number) % 3));
  }
  write_whole_file(file.parent_path() / "stats.h5", deepcam_statistics_image(statistics));
  write_whole_file(file, deepcam_image(kSpace, fields, labels));
}

class ClimateStepDump : public StepDumpTest {
 protected:
  ClimateStepDump() : StepDumpTest(kClimateConfig, write_climate) {}
};

std::vector<std::string> planar_splits() {
  switch (world().size()) {
    case 1:
      return {""};
    case 2:
      return {"", "2x1", "1x2"};
    case 3:
      return {"3x1"};
    case 4:
      return {"", "2x1", "4x1", "2x2"};
    default:
      return {"2x1", "8x1", "4x2"};
  }
}

// Batch statistics over samples and parts included; of 2 x 3 pixels at the lowest, parts own none there.
TEST_F(ClimateStepDump, IsTheSameFromAnyNumberOfRanksAndAnySplit) {
  expect_the_same(planar_splits(), 1e-9);
}

TEST_F(ClimateStepDump, HasLabelsWithoutAChannelAndTheStatisticsOfTheStep) {
  EXPECT_EQ(dump_step(world(), config(kDouble), {5, std::to_string(world().size())}, path("step.h5")), 0);
  if (world().rank() != 0) return;
  const Hdf5File file(path("step.h5"));
  EXPECT_EQ(to_string(file.describe("input/climate")), "float64 (4,32,48,3)");
  EXPECT_EQ(to_string(file.describe("target/labels")), "float64 (4,32,48)");
  EXPECT_EQ(to_string(file.describe("prediction")), "float64 (4,32,48,3)");
  EXPECT_EQ(to_string(file.describe("gradient/xception_features.conv1.weight")), "float64 (8,3,3,3)");
  const std::string bn = "xception_features.bn1.bn.running_mean";
  EXPECT_EQ(read(file, "parameter/" + bn), std::vector<double>(8, 0.0));
  EXPECT_NE(read(file, "statistics/" + bn), std::vector<double>(8, 0.0));
}

const std::string kPictureConfig = R"(
data: {n_train: 8, n_valid: 1, sample_shape: [9, 5, 3], target: input, global_batch_size: 8, n_epochs: 1}
model:
  name: sequential
  benchmark: pictures
  layers:
    - convolution: {filters: 3, kernel: 3, padding: same}
  loss: mean_squared_error
  metric: mean_absolute_error
optimizer: {name: SGD}
train: {target: "<= 0.1"}
)";

void write_picture(const std::filesystem::path& file, std::int64_t number) {
  std::vector<float> x;
  for (std::int64_t i = 0; i < 9 * 5 * 3; ++i) x.push_back(static_cast<float>((i * 7 + number) % 11));
  const std::vector<std::int64_t> shape = {9, 5, 3}, one = {1};
  Hdf5Image image;
  image.add("x", std::span(shape), std::span<const float>(x));
  image.add("y", std::span(one), std::span<const std::int64_t>(&number, 1));
  write_whole_file(file, image.bytes());
}

class PictureStepDump : public StepDumpTest {
 protected:
  PictureStepDump() : StepDumpTest(kPictureConfig, write_picture) {}
};

TEST_F(PictureStepDump, HasAllChannelsOfATargetOverTwoAxes) {
  EXPECT_EQ(dump_step(world(), config(kDouble), {5, std::to_string(world().size())}, path("step.h5")), 0);
  if (world().rank() != 0) return;
  const Hdf5File file(path("step.h5"));
  EXPECT_EQ(to_string(file.describe("target/y")), "float64 (8,9,5,3)");
  EXPECT_EQ(read(file, "target/y"), read(file, "input/x"));
}

}  // namespace
}  // namespace tessera
