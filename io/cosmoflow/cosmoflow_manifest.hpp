#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "io/cosmoflow/count_transform.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/generate/universe/universe.hpp"

namespace tessera {

/// What a generated CosmoFlow data set was asked to be.
struct CosmoflowRecipe {
  UniverseOptions universe;
  std::int64_t train = 2048, validation = 512;
  std::uint64_t seed = 1;
  friend bool operator==(const CosmoflowRecipe&, const CosmoflowRecipe&) = default;
};

/// DIR/manifest.json of a generated CosmoFlow data set: how it was made and what it holds.
struct CosmoflowManifest {
  std::string version;  // of the program that wrote it
  CosmoflowRecipe recipe;
  ChannelStatistics statistics;                  // of log(1 + count) over the training set
  std::map<std::string, std::string> checksums;  // "train/universe_000000.hdf5" -> XXH3 64, hexadecimal

  Extents space() const { return {recipe.universe.size, recipe.universe.size, recipe.universe.size}; }
  friend bool operator==(const CosmoflowManifest&, const CosmoflowManifest&) = default;
};

/// The names that files and options use.
std::string to_string(Suite suite);                   // "multiscale", "redshifts"
std::string to_string(InitialConditions conditions);  // "fixed", "gaussian"
Suite suite_named(const std::string& name);           // throws InputError, as the next
InitialConditions initial_conditions_named(const std::string& name);

inline constexpr const char* kCosmoflowGenerator =
    "tessera generate cosmoflow";  // the manifest's "generator"

/// As JSON.
std::string manifest_text(const CosmoflowManifest& manifest);
/// Throws InputError where there is none, it isn't JSON or lacks something.
CosmoflowManifest read_cosmoflow_manifest(const std::filesystem::path& directory);

/// The statistics in what manifest_head() says of a generated set in `directory`. Throws InputError where it
/// has none.
ChannelStatistics cosmoflow_statistics(const Json& manifest, const std::filesystem::path& directory);

/// The recipe alone as JSON text, the same for equal recipes and as it stands in the manifest.
std::string recipe_text(const CosmoflowRecipe& recipe);

}  // namespace tessera
