#include "io/cosmoflow/cosmoflow_dataset.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <future>
#include <limits>
#include <numeric>

#include "io/files/whole_file.hpp"
#include "support/all_samples.hpp"
#include "support/chunked_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::int64_t kN = 6;
constexpr Extents kSpace{kN, kN, kN};
constexpr std::size_t kElements = kN * kN * kN * 4;

std::vector<std::int16_t> counts_of(int sample) {
  std::vector<std::int16_t> counts(kElements);
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = static_cast<std::int16_t>((i * 31 + sample * 7) % 1000);
  return counts;
}

CosmoflowTarget target_of(int sample) {
  return {0.1F * static_cast<float>(sample), 0.2F, -0.3F, 1};
}

class CosmoflowDatasetTest : public testing::Test {
 protected:
  CosmoflowDatasetTest() {
    std::filesystem::create_directory(folder_);
    for (int sample = 2; sample >= 0; --sample) write(sample, counts_of(sample), target_of(sample));
  }
  std::filesystem::path file(int sample) const { return folder_ / fmt::format("s{}.hdf5", sample); }
  void write(int sample, const std::vector<std::int16_t>& counts, const CosmoflowTarget& target) const {
    write_whole_file(file(sample), cosmoflow_image(kSpace, 4, counts, target));
  }
  /// What reading sample 1 says when something is wrong with it.
  std::string message_of_reading() const {
    const CosmoflowDataset dataset(all_samples(folder_), options_);
    Tensor into({1, 4, Box::whole(kSpace)});
    return message_of<InputError>([&] { dataset.read_input(1, 0, into.view()); });
  }
  void expect_first_sample_message(const std::string& problem) const {
    const std::string message = message_of<InputError>(
        [&] { CosmoflowDataset(all_samples(folder_), options_).check_first_sample(); });
    EXPECT_THAT(message, AllOf(HasSubstr(problem), HasSubstr(file(0).string())));
  }

  TemporaryDirectory directory_;
  std::filesystem::path folder_ = directory_ / "train";
  CosmoflowDatasetOptions options_{.space = kSpace};
};

TEST_F(CosmoflowDatasetTest, ReadsSamplesInOrderOfName) {
  const CosmoflowDataset dataset(all_samples(folder_), options_);
  ASSERT_EQ(dataset.size(), 3);
  dataset.check_first_sample();
  Tensor input({1, 4, Box::whole(kSpace)}), target({1, 4, Box::whole({1, 1, 1})});
  for (int sample = 0; sample < 3; ++sample) {
    dataset.read_input(sample, 0, input.view());
    dataset.read_target(sample, target.view());
    const auto counts = counts_of(sample);
    for (std::size_t i = 0; i < kElements; ++i)
      ASSERT_EQ(input.view().data<float>()[i],
                static_cast<float>(std::log1p(static_cast<double>(counts[i]))));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(target.view().data<float>()[i], target_of(sample)[i]);
  }
}

TEST_F(CosmoflowDatasetTest, ATargetCanBeReadFirstAndInDouble) {
  for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
    options_.cache_bytes = cache;
    const CosmoflowDataset dataset(all_samples(folder_), options_);
    Tensor target({1, 4, Box::whole({1, 1, 1}), Element::F64});
    dataset.read_target(2, target.view());
    EXPECT_EQ(target.view().data<double>()[0], static_cast<double>(target_of(2)[0]));
  }
}

TEST_F(CosmoflowDatasetTest, ThreadsThatReadAtOnceGetWhatOneGets) {
  for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
    options_.cache_bytes = cache;
    const CosmoflowDataset dataset(all_samples(folder_), options_);
    const auto read_all = [&dataset] {
      std::vector<float> values;
      Tensor input({1, 4, Box::whole(kSpace)}), target({1, 4, Box::whole({1, 1, 1})});
      for (int i = 0; i < 30; ++i) {
        dataset.read_target(i % 3, target.view());
        dataset.read_input(i % 3, 0, input.view());
        for (const TensorView& view : {input.view(), target.view()})
          values.insert(values.end(), view.span<float>().begin(), view.span<float>().end());
      }
      return values;
    };
    std::vector<std::future<std::vector<float>>> threads;
    for (int i = 0; i < 4; ++i) threads.push_back(std::async(std::launch::async, read_all));
    const std::vector<float> expected = read_all();
    for (auto& thread : threads) EXPECT_EQ(thread.get(), expected);
  }
}

class CompressedUniverses : public CosmoflowDatasetTest {
 protected:
  /// Writes sample 1 anew, compressed, in chunks that don't divide it; `damage` may change it then.
  template <class Damage>
  void compress(const Damage& damage) const {
    ChunkedFile compressed(file(1));
    compressed.add("x", H5T_NATIVE_INT16, {{kN, kN, kN, 4}, {4, kN, kN, 4}, true, 4, false}, counts_of(1));
    const CosmoflowTarget target = target_of(1);
    compressed.add("y", H5T_NATIVE_FLOAT, {{4}, {}}, std::vector<float>(target.begin(), target.end()));
    damage(compressed);
  }
};

TEST_F(CompressedUniverses, AreReadAsOthersAre) {
  const auto read = [this] {
    Tensor into({1, 4, {{1, 5}, {0, kN}, {2, 3}}});
    CosmoflowDataset(all_samples(folder_), options_).read_input(1, 0, into.view());
    const std::span<float> values = into.view().span<float>();
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> plain = read();
  compress([](ChunkedFile&) {});
  EXPECT_EQ(read(), plain);
}

TEST_F(CompressedUniverses, ThatAreDamagedAreNamed) {
  compress([](ChunkedFile& file) { file.flip_bit("x", {4, 0, 0, 0}, -1); });
  EXPECT_THAT(message_of_reading(), AllOf(HasSubstr("'x' is damaged: its Adler-32 checksum is wrong"),
                                          HasSubstr(file(1).string()), HasSubstr("element (4,0,0,0)")));
}

TEST_F(CosmoflowDatasetTest, UsesAsManySamplesAsAskedFor) {
  EXPECT_EQ(CosmoflowDataset(first_samples(all_samples(folder_), 2), options_).size(), 2);
  EXPECT_THAT(message_of<InputError>([&] { first_samples(all_samples(folder_), 4); }),
              HasSubstr("3 are there"));
}

TEST_F(CosmoflowDatasetTest, ABoxEqualsThatPartOfTheWholeWithAndWithoutCacheUnderEveryDraw) {
  const Box box{{1, 4}, {0, 6}, {2, 5}};
  for (const Augmentation augmentation : {Augmentation::None, Augmentation::All, Augmentation::KeepSplitAxes})
    for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
      options_.augmentation = augmentation;
      options_.split_axes = {true, false, false};
      options_.cache_bytes = cache;
      const CosmoflowDataset dataset(all_samples(folder_), options_);
      Tensor whole({1, 4, Box::whole(kSpace)}), part({1, 4, box}), expected({1, 4, box});
      for (int epoch = 0; epoch < 20; ++epoch) {
        dataset.read_input(1, epoch, whole.view());
        dataset.read_input(1, epoch, part.view());
        copy_box(std::as_const(whole).view(), expected.view(), box);
        const auto a = part.view().span<float>(), b = expected.view().span<float>();
        ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
      }
    }
}

// The part of a rank that owns the second of three slabs, with a margin, and of one that owns the last.
constexpr Box kMiddle{{1, 5}, {0, kN}, {0, kN}}, kLast{{3, kN}, {0, kN}, {0, kN}};

std::uint64_t bytes_of(const Box& box) {
  return static_cast<std::uint64_t>(box.count()) * 4 * sizeof(std::int16_t) + sizeof(CosmoflowTarget);
}

TEST_F(CosmoflowDatasetTest, ReadsAPartThatStaysInPlaceOnceAndNothingElse) {
  options_.split_axes = {true, false, false};
  for (const Augmentation augmentation : {Augmentation::None, Augmentation::KeepSplitAxes})
    for (const Box& part : {kMiddle, kLast}) {
      options_.augmentation = augmentation;
      options_.part = part;
      const CosmoflowDataset dataset(all_samples(folder_), options_);
      Tensor into({1, 4, part});
      for (int epoch = 0; epoch < 5; ++epoch) dataset.read_input(1, epoch, into.view());
      EXPECT_EQ(dataset.bytes_read(), bytes_of(part));
    }
}

TEST_F(CosmoflowDatasetTest, KeepsPartsWhereOnlyTheyFitTheCache) {
  options_.split_axes = {true, false, false};
  options_.part = kLast;
  const auto all_parts = static_cast<std::size_t>(3 * kLast.count()) * 4 * sizeof(std::int16_t);
  Tensor into({1, 4, kLast});
  for (const bool fits : {true, false}) {
    options_.cache_bytes = fits ? all_parts : all_parts - 1;
    const CosmoflowDataset dataset(all_samples(folder_), options_);
    for (int epoch = 0; epoch < 5; ++epoch) dataset.read_input(1, epoch, into.view());
    EXPECT_EQ(dataset.bytes_read(), (fits ? 1 : 5) * bytes_of(kLast));
  }
}

TEST_F(CosmoflowDatasetTest, ReadsAPartThatAugmentationMovesWhereItIsEachTime) {
  options_.split_axes = {true, false, false};
  options_.augmentation = Augmentation::All;
  const CosmoflowDataset everything(all_samples(folder_), options_);
  options_.part = kMiddle;
  const CosmoflowDataset dataset(all_samples(folder_), options_);
  Tensor whole({1, 4, Box::whole(kSpace)}), part({1, 4, kMiddle}), expected({1, 4, kMiddle});
  for (int epoch = 0; epoch < 20; ++epoch) {
    everything.read_input(2, epoch, whole.view());
    copy_box(std::as_const(whole).view(), expected.view(), kMiddle);
    dataset.read_input(2, epoch, part.view());
    const auto a = part.view().span<float>(), b = expected.view().span<float>();
    ASSERT_TRUE(std::equal(a.begin(), a.end(), b.begin()));
  }
  EXPECT_EQ(dataset.bytes_read(), 20 * bytes_of(kMiddle));
}

TEST_F(CosmoflowDatasetTest, AugmentationPermutesVoxelsAndNothingElse) {
  options_.augmentation = Augmentation::All;
  const CosmoflowDataset dataset(all_samples(folder_), options_);
  Tensor input({1, 4, Box::whole(kSpace), Element::F64});
  std::set<std::vector<double>> seen;
  for (int epoch = 0; epoch < 30; ++epoch) {
    dataset.read_input(0, epoch, input.view());
    std::vector<double> values(input.view().span<double>().begin(), input.view().span<double>().end());
    seen.insert(values);
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const auto counts = counts_of(0);
    double expected = 0;
    for (const std::int16_t count : counts) expected += std::log1p(static_cast<double>(count));
    EXPECT_NEAR(sum, expected, 1e-8);
  }
  EXPECT_GT(seen.size(), 10U);
}

TEST_F(CosmoflowDatasetTest, StandardisesWithTheStatisticsGiven) {
  options_.standardize = {{1, 2, 3, 4}, {0.5, 1, 2, 4}};
  const CosmoflowDataset dataset(all_samples(folder_), options_);
  Tensor input({1, 4, Box::whole(kSpace)});
  dataset.read_input(0, 0, input.view());
  const auto counts = counts_of(0);
  for (std::size_t i = 0; i < kElements; ++i)
    ASSERT_NEAR(
        input.view().data<float>()[i],
        (std::log1p(counts[i]) - options_.standardize.mean[i % 4]) / options_.standardize.deviation[i % 4],
        1e-5);
}

TEST_F(CosmoflowDatasetTest, RefusesAFolderThatIsMissingOrEmpty) {
  EXPECT_THAT(message_of<InputError>([&] { all_samples(directory_ / "none"); }),
              HasSubstr((directory_ / "none").string()));
  std::filesystem::create_directory(directory_ / "empty");
  EXPECT_THAT(message_of<InputError>([&] { first_samples(all_samples(directory_ / "empty"), 0); }),
              HasSubstr("no *.hdf5 or *.h5 file"));
}

TEST_F(CosmoflowDatasetTest, RefusesOptionsThatContradictEachOther) {
  CosmoflowDatasetOptions flat{.space = {4, 6, 6}, .augmentation = Augmentation::All};
  EXPECT_THROW(CosmoflowDataset(all_samples(folder_), flat), InputError);
  flat.augmentation = Augmentation::KeepSplitAxes;
  flat.split_axes = {true, false, false};
  EXPECT_NO_THROW(CosmoflowDataset(all_samples(folder_), flat));
  options_.standardize = {{1, 2, 3}, {1, 1, 1}};
  EXPECT_THROW(CosmoflowDataset(all_samples(folder_), options_), InputError);
}

TEST_F(CosmoflowDatasetTest, NamesAFileOfAnotherFormat) {
  write_whole_file(file(0), "a text file that is no HDF5 at all");
  expect_first_sample_message("not an HDF5 file");
}

TEST_F(CosmoflowDatasetTest, NamesATruncatedFile) {
  const std::string bytes = read_whole_file(file(0));
  write_whole_file(file(0), std::string_view(bytes).substr(0, bytes.size() / 2));
  expect_first_sample_message("truncated");
}

TEST_F(CosmoflowDatasetTest, NamesAFileOfAnotherShape) {
  write_whole_file(file(0), cosmoflow_image({kN, kN, 3}, 8, counts_of(0), target_of(0)));
  expect_first_sample_message("'x' is int16 (6,6,3,8) and not int16 (6,6,6,4)");
}

TEST_F(CosmoflowDatasetTest, NamesAFileOfAnotherElementType) {
  Hdf5Image image;
  const std::vector<float> x(kElements), y(4);
  image.add<float>("x", std::vector<std::int64_t>{kN, kN, kN, 4}, x);
  image.add<float>("y", std::vector<std::int64_t>{4}, y);
  write_whole_file(file(0), image.bytes());
  expect_first_sample_message("'x' has elements of type float32 and not int16");
}

TEST_F(CosmoflowDatasetTest, NamesAFileThatLacksXOrY) {
  Hdf5Image only_x, only_y;
  const auto x = counts_of(0);
  const std::vector<float> y(4);
  only_x.add<std::int16_t>("x", std::vector<std::int64_t>{kN, kN, kN, 4}, x);
  only_y.add<float>("y", std::vector<std::int64_t>{4}, y);
  write_whole_file(file(0), only_x.bytes());
  expect_first_sample_message("lacks the data set 'y'");
  write_whole_file(file(0), only_y.bytes());
  expect_first_sample_message("lacks the data set 'x'");
}

TEST_F(CosmoflowDatasetTest, NamesAFileWithTargetsThatAreNoNumbers) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    write(1, counts_of(1), {0, bad, 0, 0});
    EXPECT_THAT(message_of_reading(), AllOf(HasSubstr("no number"), HasSubstr(file(1).string())));
  }
}

TEST_F(CosmoflowDatasetTest, NamesAFileWithNegativeCounts) {
  auto counts = counts_of(1);
  counts[77] = -3;
  write(1, counts, target_of(1));
  for (const std::size_t cache : {std::size_t{0}, std::size_t{1} << 20}) {
    options_.cache_bytes = cache;
    EXPECT_THAT(message_of_reading(), AllOf(HasSubstr("negative count (-3)"), HasSubstr(file(1).string())));
  }
}

}  // namespace
}  // namespace tessera
