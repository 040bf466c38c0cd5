#include "io/dataset/sample_files.hpp"

#include <algorithm>

#include "io/dataset/generated_set.hpp"
#include "io/dataset/staged_copy.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kFix =
    "name a data set with train/*.hdf5 and validation/*.hdf5 (or *.h5), or generate one";

bool is_sample(const std::filesystem::path& path) {
  const std::filesystem::path extension = path.extension();
  return (extension == ".hdf5" || extension == ".h5") && path.filename() != kStatsName;
}

// The first N of an unfinished set would be others than those of the whole.
void check_finished(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory / kUnfinishedName, error) &&
      !std::filesystem::exists(directory / kManifestName, error))
    throw InputError("the data set is unfinished", directory.string(),
                     "repeat the tessera generate or tessera convert that writes it");
}

SampleFiles all_samples(const std::filesystem::path& folder) {
  check_finished(folder.parent_path());
  const auto copy = read_staged_copy(folder.parent_path());
  if (!copy) return {list_samples(folder), std::nullopt};
  SampleFiles samples{{}, copy->box};
  const StagedSubset& subset = folder.filename() == kTrain ? copy->train : copy->validation;
  for (const std::string& name : subset.names) samples.files.push_back(folder / name);
  return samples;
}

}  // namespace

std::vector<std::filesystem::path> list_samples(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (is_sample(entry.path())) files.push_back(entry.path());
  if (error) throw InputError("cannot list a data directory: " + error.message(), folder.string(), kFix);
  std::sort(files.begin(), files.end());
  return files;
}

SampleFiles sample_files(const std::filesystem::path& folder, std::int64_t wanted) {
  SampleFiles samples = all_samples(folder);
  if (samples.files.empty())
    throw InputError("a data directory holds no *.hdf5 or *.h5 file", folder.string(), kFix);
  if (static_cast<std::int64_t>(samples.files.size()) < wanted)
    throw InputError(fmt::format("{} samples are asked for, {} are there", wanted, samples.files.size()),
                     folder.string(), "ask for fewer samples or generate more");
  if (wanted > 0) samples.files.resize(static_cast<std::size_t>(wanted));
  return samples;
}

}  // namespace tessera
