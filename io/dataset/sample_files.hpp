#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "io/dataset/sample_names.hpp"
#include "models/base/box.hpp"

namespace tessera {

inline constexpr const char* kStatsName = "stats.h5";  // beside samples in DeepCAM's data, and none itself

inline constexpr const char *kTrain = "train", *kValidation = "validation";  // the folders of a data set

/// The samples of a data set's folder (DIR/train, DIR/validation).
struct SampleFiles {
  std::filesystem::path folder;
  SampleNames names;                      // by number
  std::optional<Box> box = std::nullopt;  // of each sample, where the files hold no more

  std::int64_t size() const { return names.size(); }
  std::filesystem::path operator[](std::int64_t number) const { return folder / names[number]; }
};

/// Whether a file of this name is a sample: *.hdf5 or *.h5, but for kStatsName and hidden files.
bool is_sample_name(std::string_view name);

/// The names of its samples, sorted. Empty where there are none; throws InputError where the folder
/// can't be listed.
SampleNames list_samples(const std::filesystem::path& folder);

/// The first `wanted` of them; 0: all. Throws InputError where there are none, or fewer.
SampleFiles first_samples(SampleFiles files, std::int64_t wanted);

}  // namespace tessera
