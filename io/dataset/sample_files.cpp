#include "io/dataset/sample_files.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "io/files/dangling_link.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kFix =
    "name a data set with train/*.hdf5 and validation/*.hdf5 (or *.h5), or generate one";

}  // namespace

bool is_sample_name(std::string_view name) {
  const auto ends_with = [name](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  };
  // Hidden files beside them are others', such as the ._NAME that macOS writes for each file it copies.
  return (ends_with(".hdf5") || ends_with(".h5")) && name != kStatsName && !name.starts_with('.');
}

SampleNames list_samples(const std::filesystem::path& folder) {
  std::error_code error;
  SampleNames found;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (const std::string name = entry.path().filename(); is_sample_name(name)) found.add(name);
  if (error)
    throw InputError(error == std::errc::no_such_file_or_directory
                         ? why_missing(folder, "there is no such data directory")
                         : "cannot list a data directory: " + error.message(),
                     folder.string(), kFix);
  std::vector<std::string_view> names;
  for (std::int64_t i = 0; i < found.size(); ++i) names.push_back(found[i]);
  std::sort(names.begin(), names.end());
  SampleNames sorted;
  for (const std::string_view name : names) sorted.add(name);
  return sorted;
}

SampleFiles first_samples(SampleFiles files, std::int64_t wanted) {
  if (files.size() == 0)
    throw InputError("a data directory holds no *.hdf5 or *.h5 file", files.folder.string(), kFix);
  if (files.size() < wanted)
    throw InputError(fmt::format("{} samples are asked for, {} are there", wanted, files.size()),
                     files.folder.string(), "ask for fewer samples or generate more");
  if (wanted > 0) files.names.keep_first(wanted);
  return files;
}

}  // namespace tessera
