#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <vector>

#include "io/generate/climate/deepcam_channels.hpp"

namespace tessera {

/// The range of each channel over the training set, which scales it to [0, 1]: stats.h5 of DeepCAM's data,
/// with `climate/minval` and `climate/maxval` (16).
struct DeepcamStatistics {
  std::array<float, kDeepcamChannels> minimum{}, maximum{};
  friend bool operator==(const DeepcamStatistics&, const DeepcamStatistics&) = default;
};

/// Reads the stats.h5 that lies in `folder` (DIR/train, DIR/validation) or in the directory above. Throws
/// InputError where there is none, or it lacks something.
DeepcamStatistics read_deepcam_statistics(const std::filesystem::path& folder);
/// The bytes of stats.h5.
std::vector<std::byte> deepcam_statistics_image(const DeepcamStatistics& statistics);

}  // namespace tessera
