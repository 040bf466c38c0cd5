#include "io/deepcam/deepcam_generator.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "io/deepcam/deepcam_sample.hpp"
#include "io/files/checksum.hpp"
#include "support/all_samples.hpp"
#include "support/directory_contents.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const DeepcamRecipe kSmallClimates{"basin96x", 5, 3, 42};

DeepcamManifest make(const fs::path& directory, const DeepcamRecipe& recipe, int parts) {
  prepare_directory(directory, recipe);
  std::vector<ClimateSummary> all;
  for (int part = 0; part < parts; ++part) {
    const auto summaries = generate(directory, recipe, part, parts, {});
    all.insert(all.end(), summaries.begin(), summaries.end());
  }
  return finish_directory(directory, recipe, all);
}

TEST(DeepcamGenerator, WritesTheSameBytesInAnyNumberOfParts) {
  const TemporaryDirectory directory;
  make(directory / "1", kSmallClimates, 1);
  const auto whole = contents(directory / "1");
  EXPECT_EQ(whole.size(), 10U);
  for (const int parts : {2, 11}) {
    make(directory / std::to_string(parts), kSmallClimates, parts);
    EXPECT_EQ(contents(directory / std::to_string(parts)), whole);
  }
}

TEST(DeepcamGenerator, SamplesDifferFromEachOtherAndFromThoseOfOtherSeeds) {
  const TemporaryDirectory directory;
  DeepcamRecipe other = kSmallClimates;
  other.seed = 43;
  make(directory / "a", kSmallClimates, 1);
  make(directory / "b", other, 1);
  std::set<std::string> distinct;
  for (const char* set : {"a", "b"})
    for (const char* subset : {"train", "validation"})
      for (const auto& [name, bytes] : contents(directory / set / subset)) distinct.insert(bytes);
  EXPECT_EQ(distinct.size(), 16U);
}

TEST(DeepcamGenerator, ManifestAndStatisticsHoldTheTrainingSetsRangesFrequenciesAndTheFilesChecksums) {
  const TemporaryDirectory directory;
  const DeepcamManifest written = make(directory.path(), kSmallClimates, 2);
  EXPECT_EQ(read_deepcam_manifest(directory.path()), written);
  EXPECT_EQ(read_deepcam_statistics(directory / "train"), written.statistics);
  EXPECT_EQ(written.checksums.size(), 9U);
  for (const auto& [name, sum] : written.checksums)
    EXPECT_EQ(checksum_text(checksum_of_file(directory / name)), sum);

  const Extents space{1, 96, 144};
  std::vector<float> fields(96 * 144 * 16), tmq;
  std::vector<std::uint8_t> labels(96 * 144);
  std::array<double, kDeepcamClasses> pixels{};
  const SampleFiles samples = all_samples(directory / "train");
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    const Hdf5File file(samples[i]);
    check_deepcam_form(file, space);
    read_deepcam_fields(file, Box::whole(space), fields);
    read_deepcam_labels(file, Box::whole(space), labels);
    for (std::size_t f = 0; f < fields.size(); f += 16) tmq.push_back(fields[f]);
    for (const std::uint8_t label : labels) ++pixels[label];
  }
  EXPECT_EQ(written.statistics.minimum[0], *std::min_element(tmq.begin(), tmq.end()));
  EXPECT_EQ(written.statistics.maximum[0], *std::max_element(tmq.begin(), tmq.end()));
  for (std::size_t k = 0; k < kDeepcamClasses; ++k)
    EXPECT_DOUBLE_EQ(written.class_frequencies[k], pixels[k] / (5 * 96 * 144));
}

TEST(DeepcamGenerator, FindsACompleteDataSetAndGoesOnWithAnUnfinishedOne) {
  const TemporaryDirectory directory;
  make(directory / "whole", kSmallClimates, 1);
  EXPECT_EQ(prepare_directory(directory / "whole", kSmallClimates), DirectoryState::Complete);
  EXPECT_EQ(prepare_directory(directory / "cut", kSmallClimates), DirectoryState::ToGenerate);
  generate(directory / "cut", kSmallClimates, 0, 2, {});
  make(directory / "cut", kSmallClimates, 1);
  EXPECT_EQ(contents(directory / "cut"), contents(directory / "whole"));
}

TEST(DeepcamGenerator, RefusesOtherDirectoriesAndRecipesItCannotFollow) {
  const TemporaryDirectory directory;
  DeepcamRecipe other = kSmallClimates;
  other.seed = 1;
  prepare_directory(directory / "unfinished", kSmallClimates);
  EXPECT_THAT(message_of<InputError>([&] { prepare_directory(directory / "unfinished", other); }),
              HasSubstr("unfinished"));
  other.grid = "basin";
  EXPECT_THAT(message_of<InputError>([&] { check_recipe(other); }), HasSubstr("there is no grid 'basin'"));
  for (const std::int64_t train : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    other = kSmallClimates;
    other.train = train;
    EXPECT_THAT(message_of<InputError>([&] { check_recipe(other); }), HasSubstr("training"));
  }
}

TEST(DeepcamManifest, ErrorsNameTheFile) {
  const TemporaryDirectory directory;
  const auto message = [&] {
    return message_of<InputError>([&] { read_deepcam_manifest(directory.path()); });
  };
  EXPECT_THAT(message(), HasSubstr((directory / "manifest.json").string()));
  write_whole_file(directory / "manifest.json", "{ not json");
  EXPECT_THAT(message(), HasSubstr("not the manifest"));
}

}  // namespace
}  // namespace tessera
