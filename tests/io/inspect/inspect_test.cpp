#include "io/inspect/inspect.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "io/cosmoflow/cosmoflow_generator.hpp"
#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/deepcam/deepcam_generator.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/files/whole_file.hpp"
#include "support/errors.hpp"
#include "support/referring_file.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::vector<std::byte> sample(std::int64_t n) {
  std::vector<std::int16_t> counts(static_cast<std::size_t>(n * n * n * 4), 3);
  counts[5] = 17;
  return cosmoflow_image({n, n, n}, 4, counts, {0.5F, -0.25F, 0, 1});
}

void generate_small(const std::filesystem::path& directory) {
  const CosmoflowRecipe recipe{.universe = {.size = 16}, .train = 2, .validation = 1, .seed = 1};
  prepare_directory(directory, recipe);
  finish_directory(directory, recipe, generate(directory, recipe, 0, 1, {}));
}

TEST(Inspect, SaysWhatASampleFileHolds) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "a.hdf5", sample(4));
  const Inspection found = inspect(directory / "a.hdf5");
  EXPECT_THAT(found.lines, Contains("  x: int16 (4,4,4,4), from 3 to 17"));
  EXPECT_THAT(found.lines, Contains("  y: float32 (4), from -0.25 to 1"));
  EXPECT_THAT(found.json, HasSubstr("\"element\": \"int16\""));
}

TEST(Inspect, SaysWhereAnArrayHasNoValuesOrNoneThatIsFinite) {
  const TemporaryDirectory directory;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> infinite{-kInfinity, kInfinity}, some{kInfinity, 2, -3, std::nanf("")};
  {
    ChunkedFile file(directory / "a.h5");
    H5Dclose(file.create("empty", H5T_NATIVE_FLOAT, {{0, 4}, {}}));
    file.add("infinite", H5T_NATIVE_FLOAT, {{2}, {}}, infinite);
    file.add("some", H5T_NATIVE_FLOAT, {{4}, {}}, some);
    add_texts(file, "texts", {"a", "bc"});
  }
  const Inspection found = inspect(directory / "a.h5");
  EXPECT_THAT(
      found.lines,
      testing::IsSupersetOf({"  empty: float32 (0,4), no values", "  infinite: float32 (2), no finite values",
                             "  some: float32 (4), from -3 to 2, with values that aren't finite",
                             "  texts: other (2), not of numbers"}));
  const auto arrays = nlohmann::json::parse(found.json).at("arrays");
  EXPECT_TRUE(arrays[1].at("minimum").is_null() && arrays[1].at("maximum").is_null());
  EXPECT_EQ(arrays[2].at("minimum"), -3);
  EXPECT_EQ(arrays[2].at("maximum"), 2);
}

TEST(Inspect, RefusesAnArrayThatIsNotWhole) {
  const TemporaryDirectory directory;
  H5Dclose(ChunkedFile(directory / "a.h5").create("x", H5T_NATIVE_FLOAT, {{4}, {2}}));
  EXPECT_THAT(message_of<InputError>([&] { inspect(directory / "a.h5"); }),
              HasSubstr("'x' is unfinished: 2 of its 2 chunks were never written"));
}

// Of as many rows that they are read in several bands, with an extreme in the first and the last of them.
TEST(Inspect, FindsTheRangeOfAnArrayThatItReadsInBands) {
  const TemporaryDirectory directory;
  const std::array<std::int64_t, 3> shape{300, 64, 128};
  const std::array<Interval, 3> all{{{0, 300}, {0, 64}, {0, 128}}};
  std::vector<std::int16_t> values(300 * 64 * 128, 7);
  values.front() = -5, values.back() = 32767;
  for (const Hdf5Compression compression : {Hdf5Compression::None, Hdf5Compression::Fast}) {
    Hdf5Image image;
    image.create<std::int16_t>("x", shape, compression);
    image.write<std::int16_t>("x", all, values);
    write_whole_file(directory / "large.hdf5", image.bytes());
    EXPECT_THAT(inspect(directory / "large.hdf5").lines,
                Contains(HasSubstr("int16 (300,64,128), from -5 to 32767")));
  }
}

TEST(Inspect, TakesAPathThatIsNotUtf8) {
  const TemporaryDirectory directory;
  write_whole_file(directory / "caf\xE9.hdf5", sample(4));
  EXPECT_THAT(inspect(directory / "caf\xE9.hdf5").json, HasSubstr("caf\uFFFD.hdf5"));
}

TEST(Inspect, VerifiesADataSetAgainstItsManifest) {
  const TemporaryDirectory directory;
  generate_small(directory.path());
  Inspection found = inspect(directory.path());
  EXPECT_TRUE(found.sound);
  EXPECT_THAT(found.lines, Contains("train: 2 samples"));
  EXPECT_THAT(found.lines, Contains("all 3 checksums are right"));

  write_whole_file(directory / "train/universe_000001.hdf5", sample(16));
  found = inspect(directory.path());
  EXPECT_FALSE(found.sound);
  EXPECT_THAT(found.lines, Contains("differ from the manifest: train/universe_000001.hdf5"));
}

TEST(Inspect, NoticesMissingUnlistedAndMisshapenSamples) {
  const TemporaryDirectory directory;
  generate_small(directory.path());
  std::filesystem::remove(directory / "validation/universe_000000.hdf5");
  write_whole_file(directory / "train/universe_000009.hdf5", sample(4));
  const Inspection found = inspect(directory.path());
  EXPECT_FALSE(found.sound);
  EXPECT_THAT(found.lines, Contains("  of another form: train/universe_000009.hdf5"));
  EXPECT_THAT(found.lines, Contains("differ from the manifest: validation/universe_000000.hdf5, "
                                    "train/universe_000009.hdf5"));
}

TEST(Inspect, SaysTheRangesOfDeepcamsChannelsAndTheSharesOfItsClasses) {
  const TemporaryDirectory directory;
  std::vector<float> fields(16 * 16 * 16, 1);
  fields[7] = 101325;
  std::vector<std::uint8_t> labels(16 * 16);
  std::fill_n(labels.begin(), 64, std::uint8_t{2});
  write_whole_file(directory / "a.h5", deepcam_image({1, 16, 16}, fields, labels));
  const Inspection found = inspect(directory / "a.h5");
  EXPECT_THAT(found.lines, Contains("    PSL     from 1 to 101325"));
  EXPECT_THAT(found.lines,
              Contains("  climate/labels_0: uint8 (16,16), from 0 to 2; background 0.75000; tropical "
                       "cyclone 0.00000; atmospheric river 0.25000"));
}

TEST(Inspect, VerifiesADeepcamDataSetAgainstItsManifest) {
  const TemporaryDirectory directory;
  const DeepcamRecipe recipe{"basin96x", 2, 1, 1};
  prepare_directory(directory.path(), recipe);
  finish_directory(directory.path(), recipe, generate(directory.path(), recipe, 0, 1, {}));
  Inspection found = inspect(directory.path());
  EXPECT_TRUE(found.sound);
  EXPECT_THAT(found.lines, Contains(HasSubstr("grid basin96x, seed 1")));
  EXPECT_THAT(found.lines, Contains("all 4 checksums are right"));
  write_whole_file(directory / "stats.h5", deepcam_statistics_image({}));
  found = inspect(directory.path());
  EXPECT_FALSE(found.sound);
  EXPECT_THAT(found.lines, Contains("differ from the manifest: stats.h5"));
}

TEST(Inspect, RefusesWhatIsNeither) {
  const TemporaryDirectory directory;
  EXPECT_THAT(message_of<InputError>([&] { inspect(directory.path()); }), HasSubstr("no train/*.hdf5"));
  EXPECT_THAT(message_of<InputError>([&] { inspect(directory / "none"); }), HasSubstr("no such file"));
}

}  // namespace
}  // namespace tessera
