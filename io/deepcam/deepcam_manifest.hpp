#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "io/dataset/generated_set.hpp"
#include "io/deepcam/deepcam_statistics.hpp"

namespace tessera {

/// What a generated DeepCAM data set was asked to be.
struct DeepcamRecipe {
  std::string grid = "basin96x";  // one of climate_regions()
  std::int64_t train = 768, validation = 128;
  std::uint64_t seed = 1;
  friend bool operator==(const DeepcamRecipe&, const DeepcamRecipe&) = default;
};

/// DIR/manifest.json of a generated DeepCAM data set: how it was made and what it holds.
struct DeepcamManifest {
  std::string version;  // of the program that wrote it
  DeepcamRecipe recipe;
  DeepcamStatistics statistics;                             // of the training set, as in stats.h5
  std::array<double, kDeepcamClasses> class_frequencies{};  // shares of the training set's pixels
  std::map<std::string, std::string> checksums;  // "train/climate_000000.hdf5" -> XXH3 64, hexadecimal
  friend bool operator==(const DeepcamManifest&, const DeepcamManifest&) = default;
};

inline constexpr const char* kDeepcamGenerator = "tessera generate deepcam";  // the manifest's "generator"

/// As JSON.
std::string manifest_text(const DeepcamManifest& manifest);
/// Throws InputError where there is none, it isn't JSON or lacks something.
DeepcamManifest read_deepcam_manifest(const std::filesystem::path& directory);

/// The recipe alone as JSON text, the same for equal recipes and as it stands in the manifest.
std::string recipe_text(const DeepcamRecipe& recipe);

}  // namespace tessera
