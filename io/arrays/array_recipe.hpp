#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Data sets of packs that this program generates, and their manifests.
namespace tessera {

inline constexpr const char* kArraysGenerator = "tessera generate arrays";  // the manifest's "generator"

/// What such a set was asked to be.
struct ArrayRecipe {
  std::string set;                    // "digits", "spectra", "images"
  std::vector<std::int64_t> shape{};  // of a sample's x
  std::int64_t train = 1, validation = 1;
  std::int64_t samples_per_file = 1000;  // a pack; 1: one sample a file, and no packs
  std::uint64_t seed = 1;
  friend bool operator==(const ArrayRecipe&, const ArrayRecipe&) = default;
};

/// DIR/manifest.json of a generated set.
struct ArrayManifest {
  std::string version;  // of the program that wrote it
  ArrayRecipe recipe;
  std::vector<std::string> classes;              // their names
  std::vector<std::int64_t> samples_by_class;    // of the training set
  std::vector<double> mean, deviation;           // of x as it is stored, over the training set, by channel
  std::map<std::string, std::string> checksums;  // "train/digits_000000.hdf5" -> XXH3 64, hexadecimal
};

/// As JSON; the recipe alone is the same for equal recipes and as it stands in the manifest.
std::string recipe_text(const ArrayRecipe& recipe);
std::string manifest_text(const ArrayManifest& manifest);
/// Throws InputError where there is none, it isn't JSON or lacks something.
ArrayManifest read_array_manifest(const std::filesystem::path& directory);

}  // namespace tessera
