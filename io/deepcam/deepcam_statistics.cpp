#include "io/deepcam/deepcam_statistics.hpp"

#include "io/dataset/sample_files.hpp"
#include "io/hdf5/hdf5.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMinimum = "climate/minval";
constexpr const char* kMaximum = "climate/maxval";
constexpr std::array<std::int64_t, 1> kShape{kDeepcamChannels};

/// The real data set has it beside the samples or above them, depending on the release.
fs::path statistics_file(const fs::path& folder) {
  const fs::path beside = folder / kStatsName;
  // With an empty name at its end, a path has the same parents whether it ended in a slash or not.
  const fs::path above = (folder / "").parent_path().parent_path() / kStatsName;
  if (fs::exists(beside)) return beside;
  if (fs::exists(above)) return above;
  throw InputError("the data set has no stats.h5, whose ranges scale the channels", folder.string(),
                   "copy it from the data set to here or to the directory above, or generate the set again");
}

void read_channels(const Hdf5File& file, const char* name, std::span<float> into) {
  const Hdf5Array found = file.describe(name);
  if (found.shape != std::vector<std::int64_t>(kShape.begin(), kShape.end()))
    throw InputError(fmt::format("'{}' is {} and not one number for each of {} channels", name,
                                 to_string(found), kDeepcamChannels),
                     file.path().string(), "copy the data set's own stats.h5, or generate the set again");
  file.read<float>(name, std::array<Interval, 1>{{{0, kDeepcamChannels}}}, into);
}

}  // namespace

DeepcamStatistics read_deepcam_statistics(const fs::path& folder) {
  const Hdf5File file(statistics_file(folder));
  DeepcamStatistics statistics;
  read_channels(file, kMinimum, statistics.minimum);
  read_channels(file, kMaximum, statistics.maximum);
  return statistics;
}

std::vector<std::byte> deepcam_statistics_image(const DeepcamStatistics& statistics) {
  Hdf5Image image;
  image.add<float>(kMinimum, kShape, statistics.minimum);
  image.add<float>(kMaximum, kShape, statistics.maximum);
  return image.bytes();
}

}  // namespace tessera
