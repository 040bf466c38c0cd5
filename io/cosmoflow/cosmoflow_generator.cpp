#include "io/cosmoflow/cosmoflow_generator.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "io/cosmoflow/cosmoflow_sample.hpp"
#include "io/files/checksum.hpp"
#include "models/base/error.hpp"
#include "models/base/random.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStem = "universe";

/// Uniform in [-1, 1]^4. The universe is made from the rounded numbers that the file holds.
CosmoflowTarget draw_target(std::uint64_t seed, std::uint64_t universe) {
  const RandomStream stream{seed, Purpose::Cosmology, universe, 0};
  CosmoflowTarget target;
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<float>(2 * stream.uniform(i) - 1);
  return target;
}

std::vector<double> table_of_logarithms() {
  std::vector<double> table(32768);
  for (std::size_t count = 0; count < table.size(); ++count)
    table[count] = std::log1p(static_cast<double>(count));
  return table;
}

SampleSummary summarize(std::span<const std::int16_t> counts, std::span<const std::byte> file,
                        std::span<const double> logarithm) {
  SampleSummary summary{checksum(file), {}, {}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double value = logarithm[static_cast<std::size_t>(counts[i])];
    summary.sum[i % kUniverseChannels] += value;
    summary.sum_of_squares[i % kUniverseChannels] += value * value;
  }
  return summary;
}

}  // namespace

InitialConditions usual_initial_conditions(int size) {
  return size <= 16 ? InitialConditions::Fixed : InitialConditions::Gaussian;
}

int usual_lpt_order(int size) {
  return size >= 128 ? 1 : 2;
}

double usual_box_scale(Suite suite, int size) {
  return suite == Suite::Multiscale ? std::max(1.0, size / 32.0) : 1.0;
}

void check_recipe(const CosmoflowRecipe& recipe) {
  constexpr const char* kWhere = "the recipe of a CosmoFlow data set";
  const UniverseOptions& universe = recipe.universe;
  const auto require = [](bool good, std::string problem, const char* fix) {
    if (!good) throw InputError(std::move(problem), kWhere, fix);
  };
  require(universe.size >= 16 && universe.size <= 128 && universe.size % 2 == 0,
          fmt::format("universes of {0} x {0} x {0} cells", universe.size),
          "choose an even size from 16 to 128");
  require(universe.lpt_order == 1 || universe.lpt_order == 2,
          fmt::format("perturbation theory of order {}", universe.lpt_order), "choose 1 (Zel'dovich) or 2");
  require(universe.box_scale >= 0.125 && universe.box_scale <= 8,
          fmt::format("boxes {} times as long", universe.box_scale), "choose a factor from 0.125 to 8");
  check_sample_counts(recipe.train, recipe.validation, kWhere);
}

DirectoryState prepare_directory(const fs::path& directory, const CosmoflowRecipe& recipe) {
  check_recipe(recipe);
  return prepare_directory(directory, recipe_text(recipe));
}

std::vector<SampleSummary> generate(const fs::path& directory, const CosmoflowRecipe& recipe, int part,
                                    int parts, const GenerateProgress& progress) {
  const Interval samples = part_of(recipe.train + recipe.validation, part, parts);
  const std::int64_t size = recipe.universe.size;
  const auto logarithm = table_of_logarithms();
  UniverseMaker maker(recipe.universe);
  std::vector<std::int16_t> counts(static_cast<std::size_t>(size * size * size * kUniverseChannels));
  std::vector<SampleSummary> summaries;
  const auto make = [&](std::int64_t index) {
    const GeneratedSample sample = generated_sample(recipe.train, index);
    const CosmoflowTarget target = draw_target(recipe.seed, sample.identity());
    maker.make(cosmology_at(target), recipe.seed, sample.identity(), counts);
    FileToWrite file{directory / sample.file(kStem),
                     cosmoflow_image({size, size, size}, kUniverseChannels, counts, target)};
    summaries.push_back(summarize(counts, file.bytes, logarithm));
    return file;
  };
  write_samples(samples, make, progress);
  return summaries;
}

CosmoflowManifest finish_directory(const fs::path& directory, const CosmoflowRecipe& recipe,
                                   std::span<const SampleSummary> summaries) {
  assert(static_cast<std::int64_t>(summaries.size()) == recipe.train + recipe.validation);
  CosmoflowManifest manifest{TESSERA_VERSION, recipe, {}, {}};
  for (std::size_t sample = 0; sample < summaries.size(); ++sample)
    manifest.checksums[generated_sample(recipe.train, static_cast<std::int64_t>(sample)).file(kStem)] =
        checksum_text(summaries[sample].checksum);
  const auto cells = static_cast<double>(manifest.space().count() * recipe.train);
  for (std::size_t c = 0; c < kUniverseChannels; ++c) {
    double sum = 0, sum_of_squares = 0;
    for (const SampleSummary& summary : summaries.first(static_cast<std::size_t>(recipe.train))) {
      sum += summary.sum[c];
      sum_of_squares += summary.sum_of_squares[c];
    }
    const double mean = sum / cells;
    manifest.statistics.mean.push_back(mean);
    manifest.statistics.deviation.push_back(std::sqrt(sum_of_squares / cells - mean * mean));
  }
  complete_directory(directory, manifest_text(manifest));
  return manifest;
}

}  // namespace tessera
