#include <gmock/gmock.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>

#include "io/convert/byte_stream.hpp"
#include "io/convert/conversion_plan.hpp"
#include "io/convert/conversion_state.hpp"
#include "io/convert/unit_converter.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/dataset/data_origin.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/deepcam/deepcam_statistics.hpp"
#include "io/files/checksum.hpp"
#include "io/inspect/inspect.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using Shape = std::vector<std::int64_t>;

/// All on one process, without the order in which a run does it.
std::map<std::string, ConvertedUnit> convert_here(const ConvertOptions& options) {
  const ConversionPlan plan = plan_of_text(to_text(plan_conversion(options)));
  begin_conversion(options.destination, plan.recipe, {});
  std::map<std::string, ConvertedUnit> made;
  FilesInFlight flights([&](const ConvertedUnit& unit) { made.emplace(unit.name, unit); });
  const auto converter = make_converter(plan.recipe);
  for (const ConvertUnit& unit : plan.units) {
    converter->convert(unit, options.destination, flights);
    flights.end_unit({unit.name(), unit.bytes, unit.modified, {}});
  }
  flights.finish();
  complete_conversion(options.destination, plan.recipe, made, {});
  return made;
}

std::string message_of_plan(const ConvertOptions& options) {
  return message_of<InputError>([&] { plan_conversion(options); });
}
std::string message_of_conversion(const ConvertOptions& options) {
  return message_of<InputError>([&] { convert_here(options); });
}

/// Tells its place in a universe of n^3 cells.
std::int16_t count_at(std::int64_t n, std::int64_t d, std::int64_t h, std::int64_t w, std::int64_t c) {
  return static_cast<std::int16_t>((((d * n + h) * n + w) * 4 + c) * 31 % 32749);
}

constexpr CosmoflowTarget kTarget{0.5F, -0.25F, 1.0F, -1.0F};

void write_universe(const fs::path& path, std::int64_t n, bool channels_first) {
  std::vector<std::int16_t> counts;
  const Shape shape = channels_first ? Shape{4, n, n, n} : Shape{n, n, n, 4};
  for (std::int64_t i = 0; i < shape[0]; ++i)
    for (std::int64_t j = 0; j < shape[1]; ++j)
      for (std::int64_t k = 0; k < shape[2]; ++k)
        for (std::int64_t l = 0; l < shape[3]; ++l)
          counts.push_back(channels_first ? count_at(n, j, k, l, i) : count_at(n, i, j, k, l));
  Hdf5Image image;
  image.add<std::int16_t>("full", shape, counts);
  image.add<float>("unitPar", Shape{4}, kTarget);
  image.add<float>("physPar", Shape{4}, kTarget);
  write_whole_file(path, image.bytes());
}

void expect_cube(const fs::path& path, std::int64_t n, std::int64_t size, std::int64_t number) {
  const Hdf5File file(path);
  check_cosmoflow_form(file, {size, size, size}, 4);
  EXPECT_EQ(read_cosmoflow_target(file), kTarget);
  std::vector<std::int16_t> counts(static_cast<std::size_t>(size * size * size * 4)), expected;
  read_cosmoflow_counts(file, Box::whole({size, size, size}), 4, counts);
  const std::int64_t along = n / size, d0 = number / along / along * size, h0 = number / along % along * size,
                     w0 = number % along * size;
  for (std::int64_t d = 0; d < size; ++d)
    for (std::int64_t h = 0; h < size; ++h)
      for (std::int64_t w = 0; w < size; ++w)
        for (std::int64_t c = 0; c < 4; ++c) expected.push_back(count_at(n, d0 + d, h0 + h, w0 + w, c));
  EXPECT_EQ(counts, expected) << path;
}

TEST(Conversion, CutsUniversesOfBothOrdersIntoCubesBitForBit) {
  const TemporaryDirectory directory;
  constexpr std::int64_t kExtent = 24;
  for (const bool channels_first : {false, true}) {
    write_universe(directory / "universe.hdf5", kExtent, channels_first);
    for (const std::int64_t size : {24, 12, 6})
      for (const auto compression : {Hdf5Compression::None, Hdf5Compression::Fast}) {
        const fs::path out =
            directory / fmt::format("{}-{}-{}", channels_first, size, to_string(compression));
        convert_here({.source = directory / "universe.hdf5",
                      .destination = out,
                      .into = "train",
                      .size = size,
                      .compression = compression});
        const std::int64_t cubes = (kExtent / size) * (kExtent / size) * (kExtent / size);
        for (std::int64_t number = 0; number < cubes; ++number)
          expect_cube(out / fmt::format("train/universe_{:06d}.hdf5", number), kExtent, size, number);
        EXPECT_EQ(contents(out).size(), static_cast<std::size_t>(cubes + 1));
      }
  }
}

TEST(Conversion, SaysIntoWhichCubesAUniverseCanBeCut) {
  const TemporaryDirectory directory;
  write_universe(directory / "universe.hdf5", 12, false);
  EXPECT_THAT(message_of_plan({.source = directory.path(), .destination = {}, .into = "train", .size = 5}),
              HasSubstr("give --size as one of 1, 2, 3, 4, 6, 12"));
}

TEST(Conversion, CompressesSamplesInChunksWithoutChangingThem) {
  const TemporaryDirectory directory;
  constexpr Extents kSpace{48, 64, 64};
  std::vector<std::int16_t> counts(static_cast<std::size_t>(kSpace.count() * 4));
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = static_cast<std::int16_t>(i % 251);
  fs::create_directories(directory / "in/train");
  write_whole_file(directory / "in/train/a.hdf5", cosmoflow_image(kSpace, 4, counts, kTarget));
  const auto original = fs::file_size(directory / "in/train/a.hdf5");
  for (const auto compression : {Hdf5Compression::Fast, Hdf5Compression::Gzip, Hdf5Compression::None}) {
    const fs::path out = directory / to_string(compression);
    convert_here({.source = directory / "in", .destination = out, .into = "", .compression = compression});
    const Hdf5File file(out / "train/a.hdf5");
    std::vector<std::int16_t> read(counts.size());
    read_cosmoflow_counts(file, Box::whole(kSpace), 4, read);
    EXPECT_EQ(read, counts);
    EXPECT_EQ(read_cosmoflow_target(file), kTarget);
    if (compression != Hdf5Compression::None) {
      EXPECT_LT(fs::file_size(out / "train/a.hdf5"), original / 4);
    }
  }
  EXPECT_EQ(read_whole_file(directory / "none/train/a.hdf5"), read_whole_file(directory / "in/train/a.hdf5"));
}

TEST(Conversion, KeepsTheElementTypesOfClimates) {
  const TemporaryDirectory directory;
  constexpr Extents kSpace{1, 16, 32};
  std::vector<float> fields(static_cast<std::size_t>(kSpace.count()) * kDeepcamChannels);
  for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = static_cast<float>(i) / 7;
  const std::vector<std::int64_t> labels(static_cast<std::size_t>(kSpace.count()), 2);
  Hdf5Image image;
  image.add<float>("climate/data", Shape{16, 32, kDeepcamChannels}, fields);
  image.add<std::int64_t>("climate/labels", Shape{16, 32}, labels);
  fs::create_directories(directory / "in/validation");
  write_whole_file(directory / "in/validation/data-1.h5", image.bytes());
  convert_here({.source = directory / "in",
                .destination = directory / "out",
                .into = "",
                .compression = Hdf5Compression::Fast});
  const Hdf5File file(directory / "out/validation/data-1.hdf5");
  EXPECT_EQ(file.describe("climate/labels"), (Hdf5Array{"int64", {16, 32}}));
  std::vector<float> read(fields.size());
  read_deepcam_fields(file, Box::whole(kSpace), read);
  EXPECT_EQ(read, fields);
}

/// Images of 2 x 3 pixels: image i holds 10 i and so on.
std::string idx_images(int count) {
  std::string bytes{0, 0, 8, 3, 0, 0, 0, static_cast<char>(count), 0, 0, 0, 2, 0, 0, 0, 3};
  for (int i = 0; i < count; ++i)
    for (int pixel = 0; pixel < 6; ++pixel) bytes += static_cast<char>(10 * i + pixel);
  return bytes;
}
std::string idx_labels(int count) {
  std::string bytes{0, 0, 8, 1, 0, 0, 0, static_cast<char>(count)};
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(200 + i);
  return bytes;
}

TEST(Conversion, PairsImagesWithLabelsAndKnowsSubsetsByName) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "in");
  write_whole_file(directory / "in/train-images-idx3-ubyte", idx_images(5));
  write_whole_file(directory / "in/train-labels-idx1-ubyte", idx_labels(5));
  write_whole_file(directory / "in/t10k-images-idx3-ubyte", idx_images(2));
  write_whole_file(directory / "in/t10k-labels-idx1-ubyte", idx_labels(2));
  convert_here({.source = directory / "in", .destination = directory / "out", .into = ""});
  EXPECT_EQ(contents(directory / "out").size(), 8U);
  const Hdf5File file(directory / "out/train/train-images_000003.hdf5");
  std::vector<std::uint8_t> image(6), label(1);
  file.read<std::uint8_t>("x", std::array<Interval, 2>{{{0, 2}, {0, 3}}}, image);
  file.read<std::uint8_t>("y", std::array<Interval, 1>{{{0, 1}}}, label);
  EXPECT_THAT(image, ElementsAre(30, 31, 32, 33, 34, 35));
  EXPECT_THAT(label, ElementsAre(203));

  write_whole_file(directory / "in/t10k-labels-idx1-ubyte", idx_labels(3));
  EXPECT_THAT(message_of_plan({.source = directory / "in", .destination = {}, .into = ""}),
              HasSubstr("2 images and 3 labels"));
  fs::remove(directory / "in/t10k-labels-idx1-ubyte");
  EXPECT_THAT(message_of_plan({.source = directory / "in", .destination = {}, .into = ""}),
              HasSubstr("labels of these images are missing"));
}

TEST(Conversion, RefusesIdxFilesOfAnotherLength) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "in");
  write_whole_file(directory / "in/train-labels-idx1-ubyte", idx_labels(5));
  const auto message = [&](const std::string& images) {
    write_whole_file(directory / "in/train-images-idx3-ubyte", images);
    fs::remove_all(directory / "out");
    return message_of_conversion({.source = directory / "in", .destination = directory / "out", .into = ""});
  };
  EXPECT_THAT(message(idx_images(5) + "x"), HasSubstr("goes on after its 5 items"));
  EXPECT_THAT(message(idx_images(5).substr(0, 40)), HasSubstr("cut short within item 4 of 5"));
  EXPECT_THAT(message(idx_images(5).substr(0, 9)), HasSubstr("cut short"));
  EXPECT_THAT(message(idx_labels(5)), HasSubstr("no IDX file of unsigned bytes with 3 axes"));
  EXPECT_THAT(message(""), HasSubstr("train-images-idx3-ubyte"));
}

// The real digits, against a plain reading of the file.
TEST(Conversion, ConvertsMnist) {
  const fs::path mnist = fs::path(TESSERA_SOURCE_DIR).parent_path() / "shared/data/mnist";
  if (!fs::exists(mnist)) GTEST_SKIP() << "MNIST isn't beside the sources";
  const TemporaryDirectory directory;
  constexpr std::int64_t kImages = 300, kPixels = 28 * 28;
  fs::create_directory(directory / "in");
  const auto first = [&](const std::string& name, std::size_t header, std::int64_t bytes) {
    ByteStream stream(mnist / (name + ".gz"));
    std::string text(header + static_cast<std::size_t>(bytes), '\0');
    EXPECT_EQ(stream.read(std::as_writable_bytes(std::span(text))), text.size());
    text[6] = static_cast<char>(kImages >> 8);
    text[7] = static_cast<char>(kImages & 255);
    write_whole_file(directory / ("in/" + name), text);
    return text.substr(header);
  };
  const std::string pixels = first("t10k-images-idx3-ubyte", 16, kImages * kPixels),
                    labels = first("t10k-labels-idx1-ubyte", 8, kImages);
  convert_here({.source = directory / "in", .destination = directory / "out", .into = ""});
  for (std::int64_t i = 0; i < kImages; ++i) {
    const Hdf5File file(directory / fmt::format("out/validation/t10k-images_{:06d}.hdf5", i));
    std::vector<std::uint8_t> image(kPixels), label(1);
    file.read<std::uint8_t>("x", std::array<Interval, 2>{{{0, 28}, {0, 28}}}, image);
    file.read<std::uint8_t>("y", std::array<Interval, 1>{{{0, 1}}}, label);
    ASSERT_EQ(std::string(image.begin(), image.end()),
              pixels.substr(static_cast<std::size_t>(i * kPixels), kPixels));
    ASSERT_EQ(static_cast<char>(label[0]), labels[static_cast<std::size_t>(i)]);
  }
}

TEST(Conversion, DecidesByContentWhereNamesSayNothing) {
  const TemporaryDirectory directory;
  const fs::path fixtures = fs::path(TESSERA_SOURCE_DIR) / "tests/io/fixtures";
  fs::create_directories(directory / "in/train");
  fs::copy(fixtures / "one.tfrecord", directory / "in/train/universe-7");
  fs::copy(fixtures / "three.tfrecord.gz", directory / "in/train/universe-8");
  write_whole_file(directory / "in/train/notes.txt", "not data");
  write_whole_file(directory / "in/LICENCE", "free");
  const ConversionPlan plan = plan_conversion({.source = directory / "in", .destination = {}, .into = ""});
  ASSERT_EQ(plan.units.size(), 2U);
  ASSERT_EQ(plan.skipped.size(), 2U);
  EXPECT_EQ(plan.skipped[0].path.filename(), "notes.txt");
  EXPECT_EQ(plan.skipped[1].reason, "neither train/ nor validation/");
  convert_here({.source = directory / "in", .destination = directory / "out", .into = ""});
  EXPECT_THAT(inspect(directory / "out").lines, Contains("all 4 checksums are right"));
}

TEST(Conversion, RefusesSourcesThatItCannotFollow) {
  const TemporaryDirectory directory;
  const fs::path one = fs::path(TESSERA_SOURCE_DIR) / "tests/io/fixtures/one.tfrecord", in = directory / "in";
  const auto message = [&](const std::string& into) {
    return message_of_plan({.source = in, .destination = {}, .into = into});
  };
  EXPECT_THAT(message(""), HasSubstr("no such source"));
  fs::create_directory(in);
  EXPECT_THAT(message("train"), HasSubstr("nothing to convert"));
  fs::copy(one, in / "a.tfrecord");
  EXPECT_THAT(message(""), HasSubstr("--into train or --into validation"));
  fs::copy(one, in / "a");
  EXPECT_THAT(message("train"), HasSubstr("samples of one name"));
  fs::rename(in / "a", in / "a_000000");
  EXPECT_THAT(message("train"), HasSubstr("samples of one name"));
  fs::remove(in / "a_000000");
  write_universe(in / "b.hdf5", 4, false);
  EXPECT_THAT(message("train"), HasSubstr("files of different kinds"));
  fs::remove(in / "b.hdf5");
  fs::create_symlink("nowhere", in / "c.tfrecord");
  EXPECT_THAT(message("train"), HasSubstr("in/c.tfrecord"));
  fs::remove(in / "c.tfrecord");
  write_whole_file(in / "A.tfrecord", "");
  EXPECT_THAT(message("train"), HasSubstr("a TFRecord file is empty"));
  fs::remove(in / "A.tfrecord");
  fs::create_directory(in / "train");
  EXPECT_THAT(message("train"), HasSubstr("leave --into out"));
}

TEST(Conversion, RefusesShapesThatDifferWithinOneDirectory) {
  const TemporaryDirectory directory;
  write_universe(directory / "a.hdf5", 8, false);
  write_universe(directory / "b.hdf5", 4, false);
  EXPECT_THAT(message_of_conversion(
                  {.source = directory.path(), .destination = directory / "out", .into = "train", .size = 4}),
              HasSubstr("b.hdf5"));
}

TEST(ConversionState, RemembersUnitsInJournalsAndThenInTheManifest) {
  const TemporaryDirectory directory;
  const fs::path out = directory / "out";
  const ConvertRecipe recipe{SourceForm::TfRecord, {4, 4, 4, 4}, 0, Hdf5Compression::None};
  const ConvertedUnit a{"train/a", 5, -7, {{"train/a.hdf5", "0123"}}},
      b{"train/b", 6, 8, {{"train/b.hdf5", "45"}}};
  EXPECT_TRUE(read_conversion(out, recipe).units.empty());
  begin_conversion(out, recipe, {});
  {
    ConversionJournal journal(out, 3);
    journal.note(a);
    journal.note(b);
  }
  // The end of a process cuts a line short.
  const std::string text = read_whole_file(out / "unfinished-3");
  write_whole_file(out / "unfinished-3", text.substr(0, text.size() - 5));
  ConversionState state = read_conversion(out, recipe);
  EXPECT_FALSE(state.complete);
  ASSERT_EQ(state.units.size(), 1U);
  EXPECT_EQ(state.units.at("train/a").checksums, a.checksums);

  write_whole_file(out / "train/half.hdf5.partial", "half");
  begin_conversion(out, recipe, state);
  EXPECT_FALSE(fs::exists(out / "train/half.hdf5.partial"));
  EXPECT_EQ(read_conversion(out, recipe).units.size(), 1U);
  complete_conversion(out, recipe, {{a.name, a}, {b.name, b}}, {});
  state = read_conversion(out, recipe);
  EXPECT_TRUE(state.complete);
  EXPECT_EQ(state.units.at("train/a").modified, -7);
  EXPECT_EQ(contents(out).size(), 1U);

  ConvertRecipe other = recipe;
  other.compression = Hdf5Compression::Gzip;
  EXPECT_THAT(message_of<InputError>([&] { read_conversion(out, other); }),
              HasSubstr("other sources or options"));
  fs::remove(out / "manifest.json");
  EXPECT_THAT(message_of<InputError>([&] { read_conversion(out, recipe); }), HasSubstr("other files"));
}

TEST(ConversionState, KnowsNoSourceThatNoSampleWasMadeOf) {
  const TemporaryDirectory directory;
  const ConvertRecipe recipe{SourceForm::TfRecord, {4, 4, 4, 4}, 0, Hdf5Compression::None};
  const ConvertedUnit empty{"train/a", 5, 7, {}};
  begin_conversion(directory.path(), recipe, {});
  ConversionJournal(directory.path(), 0).note(empty);
  EXPECT_TRUE(read_conversion(directory.path(), recipe).units.empty()) << "it is converted again";
  complete_conversion(directory.path(), recipe, {{empty.name, empty}}, {});
  EXPECT_THAT(message_of<InputError>([&] { read_conversion(directory.path(), recipe); }),
              AllOf(HasSubstr("train/a has no samples"), HasSubstr("manifest.json")));
}

TEST(ConversionState, ADataSetWithAManifestIsGeneratedUnlessItWasConverted) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(is_generated(manifest_head(directory.path())));
  complete_conversion(directory.path(), {}, {}, {});
  EXPECT_FALSE(is_generated(manifest_head(directory.path())));
  write_whole_file(directory / "manifest.json", R"({"generator": "tessera generate cosmoflow"})");
  EXPECT_TRUE(is_generated(manifest_head(directory.path())));
}

TEST(ConversionState, WhatIsConvertedOfAGeneratedSetComesOfAGenerator) {
  const TemporaryDirectory directory;
  EXPECT_FALSE(comes_of_a_generator(manifest_head(directory.path())));
  complete_conversion(directory.path(), {}, {}, {});
  EXPECT_FALSE(comes_of_a_generator(manifest_head(directory.path())));
  ConvertRecipe recipe;
  recipe.generated = true;
  complete_conversion(directory.path(), recipe, {}, {});
  EXPECT_FALSE(is_generated(manifest_head(directory.path())));
  EXPECT_TRUE(comes_of_a_generator(manifest_head(directory.path())));
}

TEST(ConversionState, SamplesThatNoJournalKnowsAreRemovedFromAnUnfinishedConversion) {
  const TemporaryDirectory directory;
  ConversionState state;
  state.units["train/a"] = {"train/a", 1, 1, {{"train/a.hdf5", "0"}}};
  begin_conversion(directory.path(), {}, {});
  for (const char* name : {"train/a.hdf5", "train/b_000000.hdf5", "validation/c.hdf5.partial"})
    write_whole_file(directory / name, "x");
  begin_conversion(directory.path(), {}, state);
  EXPECT_TRUE(fs::exists(directory / "train/a.hdf5"));
  EXPECT_FALSE(fs::exists(directory / "train/b_000000.hdf5"));
  EXPECT_FALSE(fs::exists(directory / "validation/c.hdf5.partial"));
}

}  // namespace
}  // namespace tessera
