#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "io/dataset/generated_set.hpp"
#include "io/deepcam/deepcam_manifest.hpp"

/// Writes a DeepCAM data set made from physics (climate.hpp) in the public form:
/// DIR/train/climate_000000.hdf5 and so on, DIR/validation/..., DIR/stats.h5 and DIR/manifest.json. In this
/// order:
///   one process:     prepare_directory()
///   every process:   generate() its part
///   one process:     finish_directory() with all summaries in order of part
namespace tessera {

/// Throws InputError where the recipe can't be followed.
void check_recipe(const DeepcamRecipe& recipe);

/// Checks the recipe and prepares DIR for it; see generated_set.hpp.
DirectoryState prepare_directory(const std::filesystem::path& directory, const DeepcamRecipe& recipe);

/// Of one sample's file, fields and labels.
struct ClimateSummary {
  std::uint64_t checksum = 0;
  DeepcamStatistics range;
  std::array<std::int64_t, kDeepcamClasses> pixels{};  // of each class
};

/// Writes the samples of part `part` of `parts`, a run of the numbers [0, train + validation), training
/// first; returns their summaries in order. A sample is a pure function of (recipe, number in its subset), so
/// the parts of any division make the same files. Each is written whole or not at all.
std::vector<ClimateSummary> generate(const std::filesystem::path& directory, const DeepcamRecipe& recipe,
                                     int part, int parts, const GenerateProgress& progress);

/// Merges the summaries of all samples, in order of number, writes stats.h5 and then the manifest, which
/// makes the data set complete; returns it.
DeepcamManifest finish_directory(const std::filesystem::path& directory, const DeepcamRecipe& recipe,
                                 std::span<const ClimateSummary> summaries);

}  // namespace tessera
