#include "io/deepcam/deepcam_dataset.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "io/deepcam/deepcam_sample.hpp"
#include "io/files/whole_file.hpp"
#include "support/all_samples.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

constexpr Extents kSpace{1, 32, 48};
constexpr std::size_t kPixels = 32 * 48;

// A value and a class that tell sample, place and channel.
float field_at(int sample, std::int64_t row, std::int64_t column, std::size_t channel) {
  return static_cast<float>(1000 * sample + 48 * row + column) + static_cast<float>(channel) / 16;
}
std::uint8_t label_at(int sample, std::int64_t row, std::int64_t column) {
  return static_cast<std::uint8_t>((sample + row * 7 + column) % 3);
}

class DeepcamDatasetTest : public testing::Test {
 protected:
  DeepcamDatasetTest() {
    fs::create_directories(folder());
    for (std::size_t c = 0; c < kDeepcamChannels; ++c) {
      statistics_.minimum[c] = -static_cast<float>(c);
      statistics_.maximum[c] = 4096;
    }
    write_statistics(directory_ / "stats.h5");
    for (int sample = 0; sample < 3; ++sample) write(sample, fields_of(sample), labels_of(sample));
  }

  fs::path folder() const { return directory_ / "train"; }
  fs::path file(int sample) const { return folder() / fmt::format("data-{}.h5", sample); }
  void write_statistics(const fs::path& path) {
    write_whole_file(path, deepcam_statistics_image(statistics_));
  }
  void write(int sample, const std::vector<float>& fields, const std::vector<std::uint8_t>& labels) {
    write_whole_file(file(sample), deepcam_image(kSpace, fields, labels));
  }
  static std::vector<float> fields_of(int sample) {
    std::vector<float> fields;
    for (std::size_t i = 0; i < kPixels * kDeepcamChannels; ++i) {
      const auto pixel = static_cast<std::int64_t>(i / kDeepcamChannels);
      fields.push_back(field_at(sample, pixel / 48, pixel % 48, i % kDeepcamChannels));
    }
    return fields;
  }
  static std::vector<std::uint8_t> labels_of(int sample) {
    std::vector<std::uint8_t> labels;
    for (std::int64_t pixel = 0; pixel < static_cast<std::int64_t>(kPixels); ++pixel)
      labels.push_back(label_at(sample, pixel / 48, pixel % 48));
    return labels;
  }

  /// Reads a box of input and target and compares each element with what was written.
  template <class T>
  void expect_right(const DeepcamDataset& dataset, int sample, const Box& box) {
    const auto& channels = options_.channels;
    Tensor input(Layout{1, static_cast<std::int64_t>(channels.size()), box, element_of<T>()});
    Tensor target(Layout{1, 1, box, element_of<T>()});
    dataset.read_input(sample, 0, input.view());
    dataset.read_target(sample, target.view());
    const T* x = input.view().data<T>();
    const T* y = target.view().data<T>();
    for (std::int64_t row = box.h.begin; row < box.h.end; ++row)
      for (std::int64_t column = box.w.begin; column < box.w.end; ++column) {
        ASSERT_EQ(*y++, label_at(sample, row, column));
        for (const int channel : channels) {
          const auto c = static_cast<std::size_t>(channel);
          const double low = statistics_.minimum[c], high = statistics_.maximum[c];
          ASSERT_NEAR(*x++, (field_at(sample, row, column, c) - low) / (high - low), 1e-6);
        }
      }
  }
  std::string message_of_reading(int sample) const {
    return message_of<InputError>([&] {
      const DeepcamDataset dataset(all_samples(folder()), options_);
      Tensor input(
          Layout{1, static_cast<std::int64_t>(options_.channels.size()), Box::whole(kSpace), Element::F32});
      Tensor target(Layout{1, 1, Box::whole(kSpace), Element::F32});
      dataset.read_input(sample, 0, input.view());
      dataset.read_target(sample, target.view());
    });
  }
  std::string message_of_opening() const {
    return message_of<InputError>([&] { DeepcamDataset(all_samples(folder()), options_); });
  }
  /// With and without memory to keep samples in.
  template <class Body>
  void kept_and_not(Body&& body) {
    for (const std::size_t cache : {std::size_t{1} << 30, std::size_t{0}}) {
      options_.cache_bytes = cache;
      body();
    }
  }

  TemporaryDirectory directory_;
  DeepcamStatistics statistics_;
  DeepcamDatasetOptions options_{.space = kSpace};
};

const Box kMiddle{{0, 1}, {5, 19}, {16, 45}};

TEST_F(DeepcamDatasetTest, ReadsABoxScaledByChannelAsTheSliceOfTheWhole) {
  kept_and_not([&] {
    const DeepcamDataset dataset(all_samples(folder()), options_);
    EXPECT_EQ(dataset.size(), 3);
    for (int sample = 0; sample < 3; ++sample) {
      expect_right<float>(dataset, sample, Box::whole(kSpace));
      expect_right<float>(dataset, sample, kMiddle);
      expect_right<double>(dataset, sample, kMiddle);
    }
  });
}

TEST_F(DeepcamDatasetTest, TakesTheChosenChannelsInTheirOrder) {
  options_.channels = {7, 0, 15};
  kept_and_not([&] { expect_right<float>(DeepcamDataset(all_samples(folder()), options_), 1, kMiddle); });
}

TEST_F(DeepcamDatasetTest, ReadsOnceWhatItKeepsAndOnlyThePartItIsTold) {
  options_.part = kMiddle;
  const auto pixel_bytes = kDeepcamChannels * sizeof(float) + 1;
  const auto once = static_cast<std::uint64_t>(kMiddle.count()) * pixel_bytes;
  const auto read_twice = [&] {
    const DeepcamDataset dataset(all_samples(folder()), options_);
    for (int time = 0; time < 2; ++time) expect_right<float>(dataset, 2, kMiddle);
    return dataset.bytes_read();
  };
  options_.cache_bytes = 3 * once;
  EXPECT_EQ(read_twice(), once);
  options_.cache_bytes = 3 * once - 1;
  EXPECT_EQ(read_twice(), 2 * once);
}

TEST_F(DeepcamDatasetTest, ReadsTheOlderNameOfLabelsAndAnyNumberType) {
  Hdf5Image image;
  const auto labels = labels_of(0);
  const std::vector<std::int64_t> wide(labels.begin(), labels.end());
  image.add<float>("climate/data", std::array<std::int64_t, 3>{32, 48, 16}, fields_of(0));
  image.add<std::int64_t>("climate/labels", std::array<std::int64_t, 2>{32, 48}, wide);
  write_whole_file(file(0), image.bytes());
  expect_right<float>(DeepcamDataset(all_samples(folder()), options_), 0, kMiddle);
}

// Labels of this type, in chunks, and with a value of it that is no class.
template <class T>
class DeepcamLabelsOf : public DeepcamDatasetTest {};
using LabelTypes = testing::Types<std::uint8_t, std::int16_t, std::int32_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(DeepcamLabelsOf, LabelTypes);

TYPED_TEST(DeepcamLabelsOf, AreReadFromChunksAndCheckedAsWhatTheyAre) {
  const std::array<std::int64_t, 2> shape{32, 48};
  const std::array<Interval, 2> all{{{0, 32}, {0, 48}}};
  const auto labels = this->labels_of(0);
  std::vector<TypeParam> stored(labels.begin(), labels.end());
  const auto write = [&] {
    Hdf5Image image;
    image.add<float>("climate/data", std::array<std::int64_t, 3>{32, 48, 16}, this->fields_of(0));
    image.create<TypeParam>("climate/labels_0", shape, Hdf5Compression::Fast);
    image.write<TypeParam>("climate/labels_0", all, stored);
    write_whole_file(this->file(0), image.bytes());
  };
  write();
  this->kept_and_not([&] {
    this->template expect_right<float>(DeepcamDataset(all_samples(this->folder()), this->options_), 0,
                                       kMiddle);
  });
  stored[7 * 48 + 20] = static_cast<TypeParam>(std::is_floating_point_v<TypeParam> ? 1.5 : 101);
  write();
  EXPECT_THAT(this->message_of_reading(0),
              HasSubstr(fmt::format("'climate/labels_0' is {} at row 7, column 20", stored[7 * 48 + 20])));
}

TEST_F(DeepcamDatasetTest, FindsStatisticsBesideTheSamplesBeforeThoseAbove) {
  statistics_.maximum.fill(8192);
  write_statistics(folder() / "stats.h5");
  const DeepcamDataset dataset(all_samples(folder()), options_);
  EXPECT_EQ(dataset.size(), 3) << "stats.h5 is no sample";
  expect_right<float>(dataset, 0, kMiddle);
}

TEST_F(DeepcamDatasetTest, RefusesOptionsItCannotServe) {
  options_.space = {1, 32, 40};
  EXPECT_THAT(message_of_opening(), HasSubstr("multiples of 16"));
  options_.space = kSpace;
  for (const int channel : {-1, 16}) {
    options_.channels = {0, channel};
    EXPECT_THAT(message_of_opening(), HasSubstr(fmt::format("there is no channel {}", channel)));
  }
  options_.channels = {};
  EXPECT_THAT(message_of_opening(), HasSubstr("no channel"));
  EXPECT_THAT(message_of<InputError>([&] { first_samples(all_samples(folder()), 4); }),
              HasSubstr("4 samples are asked for, 3 are there"));
}

TEST_F(DeepcamDatasetTest, RefusesStatisticsThatAreMissingOrHaveNoRangeForAChosenChannel) {
  statistics_.maximum[3] = statistics_.minimum[3];
  write_statistics(directory_ / "stats.h5");
  EXPECT_THAT(message_of_opening(), HasSubstr("no range for channel 3 (UBOT)"));
  options_.channels = {0, 1};
  EXPECT_EQ(DeepcamDataset(all_samples(folder()), options_).size(), 3);
  statistics_.minimum[1] = std::numeric_limits<float>::quiet_NaN();
  write_statistics(directory_ / "stats.h5");
  EXPECT_THAT(message_of_opening(), HasSubstr("no range for channel 1 (U850)"));
  fs::remove(directory_ / "stats.h5");
  EXPECT_THAT(message_of_opening(), AllOf(HasSubstr("no stats.h5"), HasSubstr(folder().string())));
}

TEST_F(DeepcamDatasetTest, NamesTheFileAndThePlaceOfABadValue) {
  kept_and_not([&] {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      auto fields = fields_of(1);
      fields[(7 * 48 + 11) * kDeepcamChannels + 9] = bad;
      write(1, fields, labels_of(1));
      EXPECT_THAT(message_of_reading(1),
                  AllOf(HasSubstr("no number"), HasSubstr("channel 9 (T500) at row 7, column 11"),
                        HasSubstr(file(1).string())));
    }
    auto labels = labels_of(1);
    labels[20 * 48 + 3] = 3;
    write(1, fields_of(1), labels);
    EXPECT_THAT(message_of_reading(1),
                AllOf(HasSubstr("'climate/labels_0' is 3 at row 20, column 3"), HasSubstr(file(1).string())));
  });
}

TEST_F(DeepcamDatasetTest, NamesAFileOfAnotherForm) {
  const auto refuses = [&](const Hdf5Image& image, const char* text) {
    write_whole_file(file(0), image.bytes());
    EXPECT_THAT(message_of_reading(0), AllOf(HasSubstr(text), HasSubstr(file(0).string())));
    EXPECT_THAT(
        message_of<InputError>([&] { DeepcamDataset(all_samples(folder()), options_).check_first_sample(); }),
        HasSubstr(text));
  };
  const std::array<std::int64_t, 3> shape{32, 48, 16}, transposed{16, 32, 48};
  {
    Hdf5Image image;
    image.add<float>("climate/data", transposed, fields_of(0));
    refuses(image, "'climate/data' is float32 (16,32,48) and not float32 (32,48,16)");
  }
  {
    Hdf5Image image;
    image.add<float>("climate/data", shape, fields_of(0));
    refuses(image, "lacks the data set 'climate/labels_0'");
    image.add<std::uint8_t>("climate/labels_0", std::array<std::int64_t, 2>{48, 32}, labels_of(0));
    refuses(image, "'climate/labels_0' is uint8 (48,32) and not uint8 (32,48)");
  }
  {
    Hdf5Image image;
    image.add<double>("climate/data", shape, std::vector<double>(kPixels * 16));
    refuses(image, "elements of type float64 and not float32");
  }
  refuses(Hdf5Image(), "lacks the data set 'climate/data'");
}

TEST_F(DeepcamDatasetTest, NamesAFileThatIsCutShort) {
  auto bytes = deepcam_image(kSpace, fields_of(2), labels_of(2));
  bytes.resize(bytes.size() / 2);
  write_whole_file(file(2), bytes);
  EXPECT_THAT(message_of_reading(2), AllOf(HasSubstr("cut short"), HasSubstr(file(2).string())));
}

}  // namespace
}  // namespace tessera
