#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/files/json_text.hpp"

namespace tessera {

class Hdf5File;
struct SamplePicture;

/// What the manifest of a generated data set says, for programs and for people.
struct ManifestSummary {
  Json json;
  std::vector<std::string> lines;
  std::map<std::string, std::string> checksums;  // "train/NAME" -> XXH3 64, hexadecimal
};

/// The form of a benchmark's samples, one a file or many: how a file is told to be one, and what can be done
/// with it without knowing the benchmark. One file each: io/cosmoflow/cosmoflow_form.cpp,
/// io/deepcam/deepcam_form.cpp, io/arrays/arrays_form.cpp; the registry is in io/forms. Functions throw
/// InputError, naming the file, where it is none of the form.
struct DataForm {
  std::string_view name;                // of the benchmark
  std::string_view title;               // for people: "CosmoFlow"
  std::string_view arrays;              // that make a file a sample, for people: "'x' and 'y'"
  std::string_view input;               // the array that the network reads
  std::string_view generator = {};      // that writes such data sets, as manifests name it; empty: none
  bool (*holds)(const Hdf5File& file);  // whether it is one at first sight
  /// Of the input array of a sample, in its axes' order.
  std::vector<std::int64_t> (*shape)(const Hdf5File& file);
  void (*check)(const Hdf5File& file, std::span<const std::int64_t> shape);
  /// How many samples a file holds that is a pack of them, along a first axis that its arrays have more;
  /// nothing of a file of one. Null where all files are of one.
  std::optional<std::int64_t> (*packed_samples)(const Hdf5File& file) = nullptr;
  /// Looks into stats.h5 in a folder of samples, or one up. Null where training needs none.
  void (*check_statistics)(const std::filesystem::path& folder) = nullptr;
  /// Of DIR/manifest.json. Null where nothing generates such data sets.
  ManifestSummary (*manifest)(const std::filesystem::path& directory) = nullptr;
  SamplePicture (*draw)(const Hdf5File& file);
  /// With the class of each pixel (H W) as a network has it. Null where pixels have no classes.
  SamplePicture (*draw_classes)(const Hdf5File& file, std::span<const std::uint8_t> classes) = nullptr;
};

}  // namespace tessera
