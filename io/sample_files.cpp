#include "io/sample_files.hpp"

#include <algorithm>

#include "models/error.hpp"

namespace tessera {
namespace {

constexpr const char* kFix =
    "name a data set with train/*.hdf5 and validation/*.hdf5 (or *.h5), or generate one";

bool is_sample(const std::filesystem::path& path) {
  const std::filesystem::path extension = path.extension();
  return (extension == ".hdf5" || extension == ".h5") && path.filename() != kStatsName;
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

std::vector<std::filesystem::path> sample_files(const std::filesystem::path& folder, std::int64_t wanted) {
  std::vector<std::filesystem::path> files = list_samples(folder);
  if (files.empty()) throw InputError("a data directory holds no *.hdf5 or *.h5 file", folder.string(), kFix);
  if (static_cast<std::int64_t>(files.size()) < wanted)
    throw InputError(fmt::format("{} samples are asked for, {} are there", wanted, files.size()),
                     folder.string(), "ask for fewer samples or generate more");
  if (wanted > 0) files.resize(static_cast<std::size_t>(wanted));
  return files;
}

}  // namespace tessera
