#include "io/arrays/array_generator.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "io/arrays/array_dataset.hpp"
#include "io/convert/conversion_plan.hpp"
#include "io/convert/unit_converter.hpp"
#include "io/files/checksum.hpp"
#include "io/forms/data_forms.hpp"
#include "io/generate/digits/digit.hpp"
#include "io/generate/images/picture.hpp"
#include "io/generate/spectra/patch.hpp"
#include "io/generate/spectra/reflectance.hpp"
#include "io/inspect/inspect.hpp"
#include "io/picture/sample_picture.hpp"
#include "support/all_samples.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::Contains;
using testing::HasSubstr;

const ArrayRecipe kFewDigits{
    .set = "digits", .shape = {28, 28}, .train = 25, .validation = 12, .samples_per_file = 10};
const ArrayRecipe kFewSpectra{
    .set = "spectra", .shape = {11, 11, 9, 1}, .train = 7, .validation = 3, .samples_per_file = 5};

const ArrayRecipe kFewImages{
    .set = "images", .shape = {16, 16, 3}, .train = 9, .validation = 2, .samples_per_file = 4};

ArrayManifest make_arrays(const std::filesystem::path& directory, const ArrayRecipe& recipe, int parts) {
  prepare_directory(directory, recipe);
  std::vector<PackSummary> all;
  for (int part = 0; part < parts; ++part) {
    const auto summaries = generate(directory, recipe, part, parts, {});
    all.insert(all.end(), summaries.begin(), summaries.end());
  }
  return finish_directory(directory, recipe, all);
}

TEST(ArrayGenerator, WritesTheSameBytesInAnyNumberOfParts) {
  for (const ArrayRecipe& recipe : {kFewDigits, kFewSpectra, kFewImages}) {
    const TemporaryDirectory directory;
    make_arrays(directory / "1", recipe, 1);
    const auto whole = contents(directory / "1");
    EXPECT_EQ(whole.size(), recipe.set == "digits" ? 6U : recipe.set == "spectra" ? 4U : 5U);
    for (const int parts : {2, 9}) {
      make_arrays(directory / std::to_string(parts), recipe, parts);
      EXPECT_EQ(contents(directory / std::to_string(parts)), whole);
    }
    EXPECT_EQ(prepare_directory(directory / "1", recipe), DirectoryState::Complete);
  }
}

TEST(ArrayGenerator, PacksHoldWhatFilesOfOneSampleHold) {
  const TemporaryDirectory directory;
  ArrayRecipe single = kFewDigits;
  single.samples_per_file = 1;
  make_arrays(directory / "packs", kFewDigits, 1);
  make_arrays(directory / "files", single, 1);
  EXPECT_EQ(list_samples(directory / "packs/train").size(), 3);
  EXPECT_EQ(list_samples(directory / "files/train").size(), 25);
  const ArrayDatasetOptions options{
      .space = {1, 28, 28}, .channels = 1, .target = {ArrayTarget::Kind::Class, 1, 10}, .samples = 25};
  const ArrayDataset packs(all_samples(directory / "packs/train"), options),
      files(all_samples(directory / "files/train"), options);
  Tensor one({1, 1, Box::whole(options.space)}), other({1, 1, Box::whole(options.space)}),
      one_class({1, 1, Box::whole({})}), other_class({1, 1, Box::whole({})});
  std::set<std::vector<float>> distinct;
  std::vector<std::uint8_t> pixels(28 * 28);
  for (std::int64_t i = 0; i < 25; ++i) {
    packs.read_input(i, 0, one.view());
    files.read_input(i, 0, other.view());
    packs.read_target(i, one_class.view());
    files.read_target(i, other_class.view());
    const auto x = one.view().span<float>();
    EXPECT_TRUE(std::ranges::equal(x, other.view().span<float>()));
    EXPECT_EQ(one_class.view().data<float>()[0], other_class.view().data<float>()[0]);
    const int digit = write_digit(1, static_cast<std::uint64_t>(2 * i), pixels);
    EXPECT_EQ(one_class.view().data<float>()[0], static_cast<float>(digit));
    EXPECT_TRUE(
        std::ranges::equal(x, pixels, [](float a, std::uint8_t b) { return a == static_cast<float>(b); }));
    distinct.emplace(x.begin(), x.end());
  }
  EXPECT_EQ(distinct.size(), 25U);
}

TEST(ArrayGenerator, TheManifestHasTheTrainingSetsStatisticsClassesAndTheFilesChecksums) {
  const TemporaryDirectory directory;
  const ArrayManifest written = make_arrays(directory.path(), kFewSpectra, 2),
                      found = read_array_manifest(directory.path());
  EXPECT_EQ(found.recipe, kFewSpectra);
  EXPECT_EQ(found.checksums, written.checksums);
  ASSERT_EQ(found.checksums.size(), 3U);
  for (const auto& [name, sum] : found.checksums)
    EXPECT_EQ(checksum_text(checksum_of_file(directory / name)), sum);
  double sum = 0, squares = 0;
  std::vector<std::int64_t> classes(16);
  std::vector<std::int16_t> x(11 * 11 * 9);
  for (std::uint64_t i = 0; i < 7; ++i) {
    ++classes[static_cast<std::size_t>(draw_patch(1, 2 * i, 9, x))];
    for (const std::int16_t value : x) sum += value, squares += static_cast<double>(value) * value;
  }
  const double count = 7.0 * static_cast<double>(x.size());
  EXPECT_DOUBLE_EQ(found.mean.at(0), sum / count);
  EXPECT_NEAR(found.deviation.at(0), std::sqrt(squares / count - sum * sum / count / count), 1e-9);
  EXPECT_EQ(found.samples_by_class, classes);
  EXPECT_EQ(found.classes.size(), 16U);
  EXPECT_EQ(found.classes[15], "water");
}

TEST(ArrayGenerator, WhatItWritesIsInspectedDrawnAndKnownAsPacks) {
  const TemporaryDirectory directory;
  make_arrays(directory.path(), kFewDigits, 1);
  const Inspection found = inspect(directory.path());
  EXPECT_TRUE(found.sound);
  EXPECT_THAT(found.lines, testing::IsSupersetOf(
                               {"train: 25 samples", "validation: 12 samples", "all 5 checksums are right"}));
  EXPECT_THAT(found.lines, Contains(HasSubstr("x: uint8 (25,28,28), from 0 to 255")));
  EXPECT_THAT(found.lines, Contains(HasSubstr("digits, 10 classes, seed 1")));
  const Hdf5File last(directory / "train/digits_000002.hdf5");
  EXPECT_EQ(packed_samples(last), 5);
  const SamplePicture picture = form_of(last).draw(last);
  EXPECT_THAT(picture.legend, HasSubstr("the first 5 of 5 samples, row by row, values 0 to "));
  std::vector<std::uint8_t> pixels(28 * 28);
  write_digit(1, 2 * 23, pixels);  // the fourth of this pack
  const std::int64_t factor = picture.image.width() / (5 * 30 - 2);
  for (std::int64_t i = 0; i < 28 * 28; ++i) {
    const std::uint8_t value = pixels[static_cast<std::size_t>(i)];
    ASSERT_EQ(picture.image.at(i / 28 * factor, (3 * 30 + i % 28) * factor), (Rgb{value, value, value})) << i;
  }
}

TEST(ArrayGenerator, PacksStayPacksWhereTheyAreConverted) {
  const TemporaryDirectory directory;
  make_arrays(directory / "in", kFewDigits, 1);
  const ConversionPlan plan = plan_conversion(
      {.source = directory / "in", .destination = directory / "out", .compression = Hdf5Compression::Gzip});
  for (const char* subset : {"train", "validation"})
    std::filesystem::create_directories(directory / "out" / subset);
  FilesInFlight flights([](const ConvertedUnit&) {});
  for (const ConvertUnit& unit : plan.units) {
    make_converter(plan.recipe)->convert(unit, directory / "out", flights);
    flights.end_unit({unit.name(), unit.bytes, unit.modified, {}});
  }
  flights.finish();
  const Hdf5File last(directory / "out/train/digits_000002.hdf5");
  EXPECT_TRUE(last.attributes().contains(kPackAttribute));
  EXPECT_EQ(packed_samples(last), 5);
  const ArrayDataset dataset(
      all_samples(directory / "out/train"),
      {.space = {1, 28, 28}, .target = {ArrayTarget::Kind::Class, 1, 10}, .samples = 25});
  Tensor input({1, 1, Box::whole({1, 28, 28})});
  dataset.read_input(24, 0, input.view());
  std::vector<std::uint8_t> pixels(28 * 28);
  write_digit(1, 2 * 24, pixels);
  EXPECT_TRUE(std::ranges::equal(input.view().span<float>(), pixels,
                                 [](float a, std::uint8_t b) { return a == static_cast<float>(b); }));
}

TEST(ArrayGenerator, RefusesWhatCannotBeMade) {
  const auto message = [](const ArrayRecipe& recipe) {
    return message_of<InputError>([&] { check_recipe(recipe); });
  };
  ArrayRecipe recipe = kFewSpectra;
  recipe.shape[2] = 4;
  EXPECT_THAT(message(recipe), HasSubstr("bands: a number of 4"));
  recipe = kFewDigits;
  recipe.samples_per_file = 0;
  EXPECT_THAT(message(recipe), HasSubstr("0 samples a file"));
  recipe.samples_per_file = 10000000;
  EXPECT_THAT(message(recipe), HasSubstr("gibibyte"));
  recipe = kFewDigits;
  recipe.train = 0;
  EXPECT_THAT(message(recipe), HasSubstr("0 training and 12 validation samples"));
  const TemporaryDirectory directory;
  prepare_directory(directory.path(), kFewDigits);
  EXPECT_THAT(message_of<InputError>([&] { prepare_directory(directory.path(), kFewSpectra); }),
              HasSubstr("another recipe"));
}

TEST(Digits, AllAreDrawnAboutEquallyOftenWithInkInTheMiddleAndNoneAtTheRim) {
  std::array<int, 10> samples{};
  std::vector<double> mean(28 * 28);
  std::vector<std::uint8_t> pixels(28 * 28);
  constexpr int kSamples = 2000;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    ++samples.at(static_cast<std::size_t>(write_digit(7, i, pixels)));
    for (std::size_t p = 0; p < pixels.size(); ++p) mean[p] += pixels[p] / 255.0 / kSamples;
  }
  for (const int count : samples) EXPECT_NEAR(count, 200, 5 * std::sqrt(200.0 * 0.9));  // five deviations
  EXPECT_GT(mean[14 * 28 + 14], 0.25);
  for (std::size_t i = 0; i < 28; ++i) EXPECT_LT(mean[i] + mean[i * 28] + mean[27 * 28 + i], 0.15) << i;
}

// What tells the classes: the outline, by its area within the circle around it, and the texture.
TEST(Images, OutlinesAreOfTheirAreasAndTexturesOfTheirMeans) {
  constexpr int kSteps = 400;
  const auto area = [](std::int64_t outline) {
    int within = 0;
    for (int i = 0; i < kSteps; ++i)
      for (int j = 0; j < kSteps; ++j)
        within += outline_distance(outline, 2.4 * j / kSteps - 1.2, 2.4 * i / kSteps - 1.2) < 0;
    return 2.4 * 2.4 * within / kSteps / kSteps;
  };
  const double pi = std::acos(-1);
  EXPECT_NEAR(area(0), pi * 0.81, 0.02);
  EXPECT_NEAR(area(1), 2, 0.02) << "a square with corners at distance 1";
  EXPECT_NEAR(area(2), 0.75 * std::sqrt(3.0), 0.02);
  EXPECT_NEAR(area(3), pi * (0.72 * 0.72 + 0.28 * 0.28 / 2), 0.02);
  for (const std::int64_t texture : {0, 1, 2, 3}) {
    double sum = 0;
    for (int row = 0; row < kSteps; ++row)
      for (int column = 0; column < kSteps; ++column)
        sum += texture_at(texture, 4.0 * column / kSteps, 4.0 * row / kSteps, 2);
    EXPECT_NEAR(sum / kSteps / kSteps, texture == 2 ? pi * 0.09 : 0.5, 0.03) << texture_name(texture);
  }
}

TEST(Images, AClassIsPaintedAsItIsNamedAtAnySize) {
  std::vector<std::uint8_t> small(16 * 16 * 3), large(64 * 64 * 3);
  std::array<int, 16> samples{};
  for (std::uint64_t i = 0; i < 320; ++i) {
    const std::int64_t number = paint_picture(5, i, 16, small);
    ++samples.at(static_cast<std::size_t>(number));
    if (i < 4) {
      EXPECT_EQ(paint_picture(5, i, 64, large), number);
    }
  }
  for (const int count : samples) EXPECT_GT(count, 0);
  EXPECT_EQ(picture_class(9), "triangle, checks");
}

TEST(Images, ThingsAreLighterThanTheGround) {
  constexpr std::int64_t kSize = 16;
  std::vector<std::uint8_t> pixels(kSize * kSize * 3);
  double middle = 0, corner = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    paint_picture(5, i, kSize, pixels);
    middle += pixels[3 * (kSize * kSize / 2 + kSize / 2)];
    corner += pixels[0];
  }
  EXPECT_GT(middle, 1.5 * corner);
}

double at_wavelength(const std::vector<double>& spectrum, const std::vector<double>& wavelengths, double at) {
  std::size_t nearest = 0;
  for (std::size_t band = 0; band < wavelengths.size(); ++band)
    if (std::abs(wavelengths[band] - at) < std::abs(wavelengths[nearest] - at)) nearest = band;
  return spectrum[nearest];
}

// What any textbook says of them.
TEST(Spectra, HaveTheFeaturesOfTheirCovers) {
  const std::vector<double> wavelengths = band_centres(200);
  for (std::int64_t cover = 0; cover < kLandCovers; ++cover)
    for (std::uint64_t sample = 0; sample < 20; ++sample) {
      Draws draws({3, Purpose::Spectra, sample, static_cast<std::uint64_t>(cover)});
      const std::vector<double> spectrum = draw_reflectance(cover, wavelengths, draws);
      const auto at = [&](double wavelength) { return at_wavelength(spectrum, wavelengths, wavelength); };
      for (const double value : spectrum) ASSERT_TRUE(value > 0 && value <= 1);
      const double greenness = (at(0.86) - at(0.67)) / (at(0.86) + at(0.67));
      const std::string_view name = land_cover_name(cover);
      const auto is_one_of = [name](std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, name) != names.end();
      };
      if (is_one_of({"soybean", "broadleaf forest", "conifer forest"})) {
        EXPECT_GT(greenness, 0.4) << name;
      } else if (is_one_of({"asphalt", "concrete", "limestone", "water"})) {
        EXPECT_LT(greenness, 0.25) << name;
      }
      if (name == "limestone") {
        EXPECT_LT(at(2.34), at(2.25)) << "carbonate";
      } else if (name == "water") {
        EXPECT_LT(at(1.6), 0.02) << "absorbs the infrared";
      } else if (name == "pasture") {
        EXPECT_LT(at(1.45), 0.75 * at(1.65)) << "water in leaves";
      }
    }
}

}  // namespace
}  // namespace tessera
