#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace tessera {

inline constexpr const char* kStatsName = "stats.h5";  // beside samples in DeepCAM's data, and none itself

/// The samples of a data set's folder (DIR/train, DIR/validation): its *.hdf5 and *.h5, sorted by name. Empty
/// where there are none; throws InputError where the folder can't be listed.
std::vector<std::filesystem::path> list_samples(const std::filesystem::path& folder);

/// The first `wanted` of them; 0: all. Throws InputError where there are none, or fewer.
std::vector<std::filesystem::path> sample_files(const std::filesystem::path& folder, std::int64_t wanted);

}  // namespace tessera
