#include "io/cosmoflow/cosmoflow_generator.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "io/files/checksum.hpp"
#include "io/files/whole_file.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr CosmoflowRecipe kSmall{.universe = {.size = 16}, .train = 5, .validation = 3, .seed = 42};

CosmoflowManifest make(const fs::path& directory, const CosmoflowRecipe& recipe, int parts) {
  prepare_directory(directory, recipe);
  std::vector<SampleSummary> all;
  for (int part = 0; part < parts; ++part) {
    const auto summaries = generate(directory, recipe, part, parts, {});
    all.insert(all.end(), summaries.begin(), summaries.end());
  }
  return finish_directory(directory, recipe, all);
}

TEST(CosmoflowGenerator, WritesTheSameBytesInAnyNumberOfParts) {
  const TemporaryDirectory directory;
  make(directory / "1", kSmall, 1);
  const auto whole = contents(directory / "1");
  EXPECT_EQ(whole.size(), 9U);
  for (const int parts : {2, 4, 11}) {
    make(directory / std::to_string(parts), kSmall, parts);
    EXPECT_EQ(contents(directory / std::to_string(parts)), whole);
  }
}

TEST(CosmoflowGenerator, SamplesDifferFromEachOtherAndFromThoseOfOtherSeeds) {
  const TemporaryDirectory directory;
  CosmoflowRecipe other = kSmall;
  other.seed = 43;
  make(directory / "a", kSmall, 1);
  make(directory / "b", other, 1);
  std::set<std::string> distinct;
  for (const char* set : {"a", "b"})
    for (const auto& [name, bytes] : contents(directory / set))
      if (name != kManifestName) distinct.insert(bytes);
  EXPECT_EQ(distinct.size(), 16U);
}

TEST(CosmoflowGenerator, ManifestReadsBackWithTheFilesChecksumsAndTrueStatistics) {
  const TemporaryDirectory directory;
  const CosmoflowManifest written = make(directory.path(), kSmall, 2);
  const CosmoflowManifest read = read_cosmoflow_manifest(directory.path());
  EXPECT_EQ(read, written);
  EXPECT_EQ(read.recipe, kSmall);
  EXPECT_EQ(read.checksums.size(), 8U);
  for (const auto& [name, sum] : read.checksums)
    EXPECT_EQ(checksum_text(checksum_of_file(directory / name)), sum);

  std::vector<double> values;
  std::vector<std::int16_t> counts(16 * 16 * 16 * 4);
  for (int sample = 0; sample < 5; ++sample) {
    const Hdf5File file(directory / fmt::format("train/universe_{:06d}.hdf5", sample));
    check_cosmoflow_form(file, {16, 16, 16}, 4);
    read_cosmoflow_counts(file, Box::whole({16, 16, 16}), 4, counts);
    for (std::size_t i = 1; i < counts.size(); i += 4)
      values.push_back(std::log1p(static_cast<double>(counts[i])));
  }
  double mean = 0, variance = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values)
    variance += (value - mean) * (value - mean) / static_cast<double>(values.size());
  EXPECT_NEAR(read.statistics.mean[1], mean, 1e-9);
  EXPECT_NEAR(read.statistics.deviation[1], std::sqrt(variance), 1e-9);
}

TEST(CosmoflowGenerator, LongerBoxesAreAnotherRecipeAndStandInTheManifest) {
  const TemporaryDirectory directory;
  CosmoflowRecipe longer = kSmall;
  longer.universe.box_scale = 2.5;
  make(directory / "usual", kSmall, 1);
  make(directory / "longer", longer, 1);
  EXPECT_EQ(read_cosmoflow_manifest(directory / "longer").recipe, longer);
  EXPECT_EQ(manifest_entry(directory / "longer", "physics").at("channels").at(1).at("box_length"), 320);
  EXPECT_EQ(prepare_directory(directory / "longer", longer), DirectoryState::Complete);
  EXPECT_THROW(prepare_directory(directory / "usual", longer), InputError);
  EXPECT_THROW(prepare_directory(directory / "longer", kSmall), InputError);
}

TEST(CosmoflowGenerator, CellsOfLargeGridsAreAsWideAsThoseOf32Cubed) {
  EXPECT_EQ(usual_box_scale(Suite::Multiscale, 16), 1);
  EXPECT_EQ(usual_box_scale(Suite::Multiscale, 32), 1);
  EXPECT_EQ(usual_box_scale(Suite::Multiscale, 48), 1.5);
  EXPECT_EQ(usual_box_scale(Suite::Multiscale, 128), 4);
  EXPECT_EQ(usual_box_scale(Suite::Redshifts, 128), 1);
}

TEST(CosmoflowGenerator, FindsACompleteDataSetOfTheSameRecipeAndLeavesItAlone) {
  const TemporaryDirectory directory;
  make(directory.path(), kSmall, 1);
  const auto before = contents(directory.path());
  EXPECT_EQ(prepare_directory(directory.path(), kSmall), DirectoryState::Complete);
  EXPECT_EQ(contents(directory.path()), before);
}

TEST(CosmoflowGenerator, GoesOnWithAnUnfinishedDataSetToTheSameBytes) {
  const TemporaryDirectory directory;
  make(directory / "whole", kSmall, 1);
  EXPECT_EQ(prepare_directory(directory / "cut", kSmall), DirectoryState::ToGenerate);
  generate(directory / "cut", kSmall, 0, 2, {});
  make(directory / "cut", kSmall, 1);
  EXPECT_EQ(contents(directory / "cut"), contents(directory / "whole"));
}

TEST(CosmoflowGenerator, RefusesADirectoryThatHoldsAnythingElse) {
  const TemporaryDirectory directory;
  CosmoflowRecipe other = kSmall;
  other.seed = 1;
  make(directory / "complete", kSmall, 1);
  prepare_directory(directory / "unfinished", kSmall);
  fs::create_directory(directory / "foreign");
  write_whole_file(directory / "foreign/thesis.txt", "years of work");
  const auto message = [&](const char* name) {
    return message_of<InputError>([&] { prepare_directory(directory / name, other); });
  };
  EXPECT_THAT(message("complete"), HasSubstr("another recipe"));
  EXPECT_THAT(message("unfinished"), HasSubstr("unfinished"));
  EXPECT_THAT(message("foreign"), HasSubstr("other files"));
}

TEST(CosmoflowGenerator, RefusesRecipesItCannotFollow) {
  for (const int size : {14, 17, 130}) {
    CosmoflowRecipe recipe = kSmall;
    recipe.universe.size = size;
    EXPECT_THROW(check_recipe(recipe), InputError);
  }
  for (const double box_scale : {0.0, -1.0, 0.1, 9.0, std::numeric_limits<double>::quiet_NaN()}) {
    CosmoflowRecipe recipe = kSmall;
    recipe.universe.box_scale = box_scale;
    EXPECT_THROW(check_recipe(recipe), InputError);
  }
  CosmoflowRecipe recipe = kSmall;
  for (const std::int64_t train : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    recipe.train = train;
    EXPECT_THROW(check_recipe(recipe), InputError);
  }
}

TEST(Manifest, ErrorsNameTheFile) {
  const TemporaryDirectory directory;
  const auto message = [&] {
    return message_of<InputError>([&] { read_cosmoflow_manifest(directory.path()); });
  };
  EXPECT_THAT(message(), HasSubstr((directory / "manifest.json").string()));
  write_whole_file(directory / "manifest.json", "{ not json");
  EXPECT_THAT(message(), HasSubstr("not the manifest"));
  write_whole_file(directory / "manifest.json", "{\"version\": \"1\"}");
  EXPECT_THAT(message(), HasSubstr("recipe"));
}

}  // namespace
}  // namespace tessera
