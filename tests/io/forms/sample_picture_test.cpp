#include "io/picture/sample_picture.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/deepcam/draw_deepcam.hpp"
#include "io/files/whole_file.hpp"
#include "io/forms/data_forms.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "io/picture/colour_map.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

constexpr Rgb kRed{255, 32, 32}, kWhite{255, 255, 255};

/// 16 x 16 cells, hence 32 pixels a cell; TMQ is 10 everywhere but 30 in the south-eastern corner, the cell
/// of row 0 and column 15.
class Climate {
 public:
  Climate() : fields_(16 * 16 * kDeepcamChannels, 99), labels_(16 * 16, 0) {
    for (std::size_t cell = 0; cell < labels_.size(); ++cell) vapour(cell) = 10;
    vapour(15) = 30;
  }
  float& vapour(std::size_t cell) { return fields_[cell * kDeepcamChannels]; }
  void label(std::int64_t row, std::int64_t column, std::uint8_t value) {
    labels_[static_cast<std::size_t>(row * 16 + column)] = value;
  }
  SamplePicture draw(const std::optional<std::vector<std::uint8_t>>& prediction = std::nullopt) const {
    const TemporaryDirectory directory;
    write_whole_file(directory / "a.h5", deepcam_image({1, 16, 16}, fields_, labels_));
    return draw_deepcam(Hdf5File(directory / "a.h5"), prediction);
  }

 private:
  std::vector<float> fields_;
  std::vector<std::uint8_t> labels_;
};

/// The pixel in the middle of a cell.
const Rgb& centre(const SamplePicture& picture, std::int64_t row, std::int64_t column) {
  return picture.image.at(512 - 32 * row - 16, 32 * column + 16);
}

TEST(DeepcamPicture, ShowsWaterVapourWithTheNorthOnTop) {
  const SamplePicture picture = Climate().draw();
  ASSERT_EQ(picture.image.height(), 512);
  ASSERT_EQ(picture.image.width(), 512);
  EXPECT_EQ(picture.image.at(511, 511), viridis(1));
  EXPECT_EQ(picture.image.at(0, 511), viridis(0));
  EXPECT_EQ(picture.image.at(511, 0), viridis(0));
  EXPECT_THAT(picture.legend, HasSubstr("from 10 to 30 kg/m2"));
}

TEST(DeepcamPicture, OutlinesAndFillsEachClassInAColourOfItsOwn) {
  Climate climate;
  climate.label(8, 4, 1);
  climate.label(8, 10, 2);
  const SamplePicture picture = climate.draw();
  EXPECT_EQ(centre(picture, 8, 4), mix(kRed, viridis(0), 0.5));
  EXPECT_EQ(centre(picture, 8, 10), mix(kWhite, viridis(0), 0.5));
  for (const std::int64_t edge : {0, 31}) {
    EXPECT_EQ(picture.image.at(512 - 32 * 9 + 16, 32 * 4 + edge), kRed);
    EXPECT_EQ(picture.image.at(512 - 32 * 9 + edge, 32 * 10 + 16), kWhite);
  }
  EXPECT_EQ(picture.image.at(512 - 32 * 9 + 16, 32 * 4 - 1), viridis(0)) << "an outline lies within";
}

TEST(DeepcamPicture, OutlinesAClassAsAWhole) {
  Climate climate;
  for (const std::int64_t row : {7, 8, 9})
    for (const std::int64_t column : {3, 4, 5}) climate.label(row, column, 1);
  const SamplePicture picture = climate.draw();
  EXPECT_EQ(picture.image.at(512 - 32 * 9, 32 * 4), mix(kRed, viridis(0), 0.5)) << "a corner between cells";
}

TEST(DeepcamPicture, FillsThePredictionAndOutlinesTheLabels) {
  Climate climate;
  climate.label(8, 4, 1);
  std::vector<std::uint8_t> prediction(16 * 16, 0);
  prediction[3 * 16 + 12] = 2;
  const SamplePicture picture = climate.draw(prediction);
  EXPECT_EQ(centre(picture, 8, 4), viridis(0)) << "missed";
  EXPECT_EQ(picture.image.at(512 - 32 * 9, 32 * 4), kRed);
  EXPECT_EQ(centre(picture, 3, 12), mix(kWhite, viridis(0), 0.5));
  EXPECT_EQ(picture.image.at(512 - 32 * 4, 32 * 12), mix(kWhite, viridis(0), 0.5)) << "no outline";
  EXPECT_THAT(picture.legend, HasSubstr("outlined as labelled, filled as predicted"));
}

TEST(DeepcamPicture, GreysWhatIsNoNumberAndScalesByTheRest) {
  Climate climate;
  climate.vapour(8 * 16 + 4) = std::numeric_limits<float>::quiet_NaN();
  climate.vapour(8 * 16 + 5) = -std::numeric_limits<float>::infinity();
  const SamplePicture picture = climate.draw();
  EXPECT_EQ(centre(picture, 8, 4), (Rgb{128, 128, 128}));
  EXPECT_EQ(centre(picture, 8, 5), (Rgb{128, 128, 128}));
  EXPECT_EQ(centre(picture, 0, 15), viridis(1));
  EXPECT_THAT(picture.legend,
              HasSubstr("from 10 to 30 kg/m2, dark to bright, grey where it is no number (2 cells)"));
}

SamplePicture picture_of(const std::filesystem::path& path) {
  const Hdf5File file(path);
  return form_of(file).draw(file);
}

// A file with one universe of 4 x 8 x 16 cells and 2 channels, 1 everywhere but what `change` does.
template <class Change>
SamplePicture universe(Change&& change) {
  const TemporaryDirectory directory;
  std::vector<std::int16_t> counts(4 * 8 * 16 * 2, 1);
  const auto at = [&](std::size_t d, std::size_t h, std::size_t w, std::size_t c) -> std::int16_t& {
    return counts[((d * 8 + h) * 16 + w) * 2 + c];
  };
  change(at);
  write_whole_file(directory / "a.hdf5", cosmoflow_image({4, 8, 16}, 2, counts, {}));
  return picture_of(directory / "a.hdf5");
}

TEST(CosmoflowPicture, SumsAlongTheDepthByTheLogarithm) {
  const SamplePicture picture = universe([](auto& at) {
    for (const std::size_t d : {0, 1, 2, 3}) at(d, 2, 3, 1) = 20;  // 80 in all, 4 elsewhere
    at(1, 5, 6, 1) = 16 + 1;                                       // 20 in all
  });
  constexpr std::int64_t kFactor = 64, kSecond = 16 * kFactor + 8;
  ASSERT_EQ(picture.image.height(), 8 * kFactor);
  ASSERT_EQ(picture.image.width(), 2 * 16 * kFactor + 8);
  const auto of_cell = [&](std::int64_t h, std::int64_t w) {
    return picture.image.at(h * kFactor + 1, kSecond + w * kFactor + 1);
  };
  EXPECT_EQ(of_cell(2, 3), viridis(1));
  EXPECT_EQ(of_cell(0, 0), viridis(0));
  EXPECT_EQ(of_cell(5, 6), viridis(std::log(21.0 / 5) / std::log(81.0 / 5)));
  EXPECT_EQ(picture.image.at(0, kSecond - 1), kWhite) << "between the channels";
  EXPECT_EQ(picture.image.at(2 * kFactor, 3 * kFactor), viridis(0)) << "the first channel, all alike";
  EXPECT_THAT(picture.legend, HasSubstr("4 to 4, 4 to 80"));
}

TEST(SamplePicture, RefusesAFileThatHoldsNoSample) {
  const TemporaryDirectory directory;
  const auto refused = [&](const auto& add) {
    Hdf5Image image;
    add(image);
    write_whole_file(directory / "a.h5", image.bytes());
    return message_of<InputError>([&] { picture_of(directory / "a.h5"); });
  };
  const std::vector<float> values(16);
  EXPECT_THAT(refused([](Hdf5Image&) {}), HasSubstr("the file is no sample"));
  EXPECT_THAT(refused([&](Hdf5Image& image) {
                image.add<float>("climate/data", std::array<std::int64_t, 1>{16}, values);
              }),
              HasSubstr("'climate/data' is float32 (16) and no map (H,W,16)"));
  EXPECT_THAT(refused([&](Hdf5Image& image) {
                image.add<float>("climate/data", std::array<std::int64_t, 3>{1, 1, 16}, values);
              }),
              HasSubstr("lacks the data set 'climate/labels_0'"));
  EXPECT_THAT(
      refused([&](Hdf5Image& image) { image.add<float>("x", std::array<std::int64_t, 1>{16}, values); }),
      HasSubstr("it lacks the arrays of CosmoFlow ('x' and 'y') or DeepCAM"));
}

}  // namespace
}  // namespace tessera
