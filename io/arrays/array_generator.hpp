#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "io/arrays/array_recipe.hpp"
#include "io/dataset/generated_set.hpp"

/// Writes a data set of packs: DIR/train/SET_000000.hdf5 and so on, DIR/validation/..., and
/// DIR/manifest.json. In this order:
///   one process:     prepare_directory()
///   every process:   generate() its part
///   one process:     finish_directory() with all summaries in order of part
namespace tessera {

/// Throws InputError where the recipe can't be followed.
void check_recipe(const ArrayRecipe& recipe);

/// Checks the recipe and prepares DIR for it; see generated_set.hpp.
DirectoryState prepare_directory(const std::filesystem::path& directory, const ArrayRecipe& recipe);

/// Of one file, whose samples are of the training set or not.
struct PackSummary {
  static constexpr std::size_t kMostChannels = 3, kMostClasses = 16;
  std::uint64_t checksum = 0;
  std::array<double, kMostChannels> sum{}, sum_of_squares{};  // of x
  std::array<std::int64_t, kMostClasses> samples{};           // by class
};

/// Writes the files of part `part` of `parts`, a run of those of both subsets, training first; returns their
/// summaries in order. A sample is a pure function of (recipe, number in its subset), so the parts of any
/// division make the same files. Each is written whole or not at all.
std::vector<PackSummary> generate(const std::filesystem::path& directory, const ArrayRecipe& recipe, int part,
                                  int parts, const GenerateProgress& progress);

/// Merges the summaries of all files, in order, and writes the manifest, which makes the data set complete;
/// returns it.
ArrayManifest finish_directory(const std::filesystem::path& directory, const ArrayRecipe& recipe,
                               std::span<const PackSummary> summaries);

}  // namespace tessera
