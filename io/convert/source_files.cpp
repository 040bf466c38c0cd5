#include "io/convert/source_files.hpp"

#include <algorithm>
#include <string_view>

#include "io/dataset/sample_files.hpp"
#include "io/dataset/staged_copy.hpp"
#include "io/files/dangling_link.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSubsets[] = {"train", "validation"};

bool is_idx(SourceKind kind) {
  return kind == SourceKind::IdxImages || kind == SourceKind::IdxLabels;
}

/// Why an entry of a directory is no source; empty for one that may be.
std::string why_skipped(const fs::path& path) {
  if (path.filename().string().starts_with('.')) return "hidden";
  if (path.filename() == kStatsName) return "statistics, no sample";
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found)
    throw InputError(why_missing(path, "a file is gone"), path.string(), "mend or remove the link");
  if (error)
    throw InputError("cannot look at a file: " + error.message(), path.string(), "check its permissions");
  if (fs::is_directory(status)) return "a directory within one of files";
  return fs::is_regular_file(status) ? "" : "no regular file";
}

void add_file(const fs::path& path, const std::string& subset, SourceFiles& found) {
  const SourceKind kind = kind_of(path);
  if (kind == SourceKind::Unknown) {
    found.skipped.push_back({path, "neither TFRecord, HDF5 nor IDX"});
    return;
  }
  found.files.push_back({path, subset, kind, fs::file_size(path),
                         static_cast<std::int64_t>(fs::last_write_time(path).time_since_epoch().count())});
}

void add_folder(const fs::path& folder, const std::string& subset, SourceFiles& found) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path());
  if (error)
    throw InputError("cannot list a directory: " + error.message(), folder.string(), "check its permissions");
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths)
    if (std::string reason = why_skipped(path); reason.empty())
      add_file(path, subset, found);
    else if (path.filename() != kStatsName)
      found.skipped.push_back({path, std::move(reason)});
}

void add_data_set(const fs::path& source, SourceFiles& found) {
  for (const char* subset : kSubsets)
    if (fs::is_directory(source / subset)) add_folder(source / subset, subset, found);
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(source))
    if (const auto name = entry.path().filename();
        name != kSubsets[0] && name != kSubsets[1] && name != kStatsName)
      others.push_back(entry.path());
  std::sort(others.begin(), others.end());
  for (fs::path& path : others) found.skipped.push_back({std::move(path), "neither train/ nor validation/"});
}

/// What the name of an IDX file says, as of MNIST and its like.
std::string subset_by_name(const fs::path& path) {
  const std::string name = path.filename().string();
  const auto has = [&name](const char* part) { return name.find(part) != std::string::npos; };
  if (has("train")) return "train";
  return has("t10k") || has("test") || has("valid") ? "validation" : "";
}

void assign_subsets(const fs::path& source, const std::string& into, SourceFiles& found) {
  for (SourceFile& file : found.files) {
    file.subset = into.empty() && is_idx(file.kind) ? subset_by_name(file.path) : into;
    if (file.subset.empty())
      throw InputError(fs::is_directory(source) ? "the source has no train/ and validation/"
                                                : "nothing says which subset one file belongs to",
                       file.path.string(), "say where its samples go: --into train or --into validation");
  }
}

void check_kinds(const fs::path& source, const SourceFiles& found) {
  if (found.files.empty())
    throw InputError(
        fmt::format("the source holds nothing to convert{}",
                    found.skipped.empty()
                        ? ""
                        : fmt::format(" ({}: {})", found.skipped[0].path.string(), found.skipped[0].reason)),
        source.string(), "name TFRecord, HDF5 or IDX files, or a directory of them");
  const SourceFile& first = found.files.front();
  for (const SourceFile& file : found.files)
    if (file.kind != first.kind && !(is_idx(file.kind) && is_idx(first.kind)))
      throw InputError(fmt::format("the source holds files of different kinds: {} is {}, this is {}",
                                   first.path.string(), name_of(first.kind), name_of(file.kind)),
                       file.path.string(), "convert files of one kind at a time");
}

}  // namespace

SourceFiles list_source(const fs::path& source, const std::string& into) {
  std::error_code error;
  if (!fs::exists(source, error))
    throw InputError(error ? "the source can't be looked at: " + error.message()
                           : why_missing(source, "there is no such source"),
                     source.string(), "correct the path");
  if (read_staged_copy(source))
    throw InputError("the source is a staged copy, which may hold parts of samples", source.string(),
                     "name the data set that it was staged from");
  SourceFiles found;
  const bool data_set = std::ranges::any_of(
      kSubsets, [&](const char* subset) { return fs::is_directory(source / subset, error); });
  if (data_set && !into.empty())
    throw InputError("the source says itself what is for training and validation", source.string(),
                     "leave --into out, or name one of its folders");
  if (data_set) {
    add_data_set(source, found);
  } else {
    if (fs::is_directory(source))
      add_folder(source, into, found);
    else
      add_file(source, into, found);
    assign_subsets(source, into, found);
  }
  check_kinds(source, found);
  return found;
}

std::string stem_of(const fs::path& path) {
  std::string name = path.filename().string();
  for (const std::string_view ending :
       {".gz", ".tfrecord", ".tfrecords", ".hdf5", ".h5", "-idx3-ubyte", ".idx3-ubyte"})
    if (name.ends_with(ending) && name.size() > ending.size()) name.resize(name.size() - ending.size());
  return name;
}

}  // namespace tessera
