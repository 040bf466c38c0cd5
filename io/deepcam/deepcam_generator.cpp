#include "io/deepcam/deepcam_generator.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "io/dataset/sample_files.hpp"
#include "io/deepcam/deepcam_sample.hpp"
#include "io/files/checksum.hpp"
#include "io/generate/climate/climate.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStem = "climate";

DeepcamStatistics no_range() {
  DeepcamStatistics range;
  range.minimum.fill(std::numeric_limits<float>::infinity());
  range.maximum.fill(-std::numeric_limits<float>::infinity());
  return range;
}

void widen(DeepcamStatistics& range, std::span<const float, kDeepcamChannels> low,
           std::span<const float, kDeepcamChannels> high) {
  for (std::size_t c = 0; c < kDeepcamChannels; ++c) {
    range.minimum[c] = std::min(range.minimum[c], low[c]);
    range.maximum[c] = std::max(range.maximum[c], high[c]);
  }
}

ClimateSummary summarize(std::span<const float> channels, std::span<const std::uint8_t> labels,
                         std::span<const std::byte> file) {
  ClimateSummary summary{checksum(file), no_range(), {}};
  for (; !channels.empty(); channels = channels.subspan(kDeepcamChannels))
    widen(summary.range, channels.first<kDeepcamChannels>(), channels.first<kDeepcamChannels>());
  for (const std::uint8_t label : labels) ++summary.pixels[label];
  return summary;
}

}  // namespace

void check_recipe(const DeepcamRecipe& recipe) {
  climate_region_named(recipe.grid);
  check_sample_counts(recipe.train, recipe.validation, "the recipe of a DeepCAM data set");
}

DirectoryState prepare_directory(const fs::path& directory, const DeepcamRecipe& recipe) {
  check_recipe(recipe);
  return prepare_directory(directory, recipe_text(recipe));
}

std::vector<ClimateSummary> generate(const fs::path& directory, const DeepcamRecipe& recipe, int part,
                                     int parts, const GenerateProgress& progress) {
  ClimateMaker maker(climate_region_named(recipe.grid));
  const ClimateGrid& grid = maker.grid();
  std::vector<float> channels(grid.cells() * kDeepcamChannels);
  std::vector<std::uint8_t> labels(grid.cells());
  std::vector<ClimateSummary> summaries;
  const auto make = [&](std::int64_t index) {
    const GeneratedSample sample = generated_sample(recipe.train, index);
    maker.make(recipe.seed, sample.identity(), channels, labels);
    FileToWrite file{directory / sample.file(kStem),
                     deepcam_image({1, grid.rows(), grid.columns()}, channels, labels)};
    summaries.push_back(summarize(channels, labels, file.bytes));
    return file;
  };
  write_samples(part_of(recipe.train + recipe.validation, part, parts), make, progress);
  return summaries;
}

DeepcamManifest finish_directory(const fs::path& directory, const DeepcamRecipe& recipe,
                                 std::span<const ClimateSummary> summaries) {
  assert(static_cast<std::int64_t>(summaries.size()) == recipe.train + recipe.validation);
  DeepcamManifest manifest{TESSERA_VERSION, recipe, no_range(), {}, {}};
  std::array<std::int64_t, kDeepcamClasses> pixels{};
  for (const ClimateSummary& summary : summaries.first(static_cast<std::size_t>(recipe.train))) {
    widen(manifest.statistics, summary.range.minimum, summary.range.maximum);
    for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] += summary.pixels[k];
  }
  const double all = static_cast<double>(pixels[0] + pixels[1] + pixels[2]);
  for (std::size_t k = 0; k < pixels.size(); ++k)
    manifest.class_frequencies[k] = static_cast<double>(pixels[k]) / all;
  for (std::size_t sample = 0; sample < summaries.size(); ++sample)
    manifest.checksums[generated_sample(recipe.train, static_cast<std::int64_t>(sample)).file(kStem)] =
        checksum_text(summaries[sample].checksum);
  const auto statistics = deepcam_statistics_image(manifest.statistics);
  manifest.checksums[kStatsName] = checksum_text(checksum(statistics));
  write_whole_file(directory / kStatsName, statistics);
  complete_directory(directory, manifest_text(manifest));
  return manifest;
}

}  // namespace tessera
