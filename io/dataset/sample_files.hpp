#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "models/base/box.hpp"

namespace tessera {

inline constexpr const char* kStatsName = "stats.h5";  // beside samples in DeepCAM's data, and none itself

inline constexpr const char *kTrain = "train", *kValidation = "validation";  // the folders of a data set

/// The samples of a data set's folder (DIR/train, DIR/validation): its *.hdf5 and *.h5, sorted by name. Empty
/// where there are none; throws InputError where the folder can't be listed.
std::vector<std::filesystem::path> list_samples(const std::filesystem::path& folder);

struct SampleFiles {
  std::vector<std::filesystem::path> files;  // by number
  std::optional<Box> box;                    // of each sample, where the files hold no more
};

/// The first `wanted` of them; 0: all. In a staged copy samples keep the numbers they had in the source, and
/// not all of their files need be here. Throws InputError where there are none, or fewer.
SampleFiles sample_files(const std::filesystem::path& folder, std::int64_t wanted);

}  // namespace tessera
