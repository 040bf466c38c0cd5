#include "io/staging/staging_directory.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "io/dataset/generated_set.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/staging/staging_journal.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr const char* kScratch = ".staging";
constexpr const char* kUnfinished = ".partial";  // how names of unfinished files end

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::ranges::mismatch(inner, outer).in2 == outer.end();
}

void refuse_other_files(const fs::path& directory) {
  for (const char* name : {kTrain, kValidation, kManifestName, kStatsName})
    if (fs::exists(fs::symlink_status(directory / name)))
      throw InputError("the directory to stage to holds files that staging didn't write",
                       (directory / name).string(), "name another directory, or empty this one");
}

void refuse_other_copy(const fs::path& directory, const StagedCopy& there, const StagedCopy& copy) {
  const auto refuse = [&](const std::string& problem) {
    throw InputError(problem, directory.string(),
                     fmt::format("name another directory, or remove the copy with tessera stage --clean {}",
                                 directory.string()));
  };
  if (there.source != copy.source) refuse("the directory holds a staged copy of " + there.source);
  if (there.plan != copy.plan)
    refuse(fmt::format("the directory holds a copy staged by the plan {}", to_string(there.plan)));
  if (there.box != copy.box)
    refuse(fmt::format("the directory holds a copy staged for another split: of each sample the box {}",
                       there.box ? to_string(*there.box) : "of all"));
}

void remove_unfinished(const fs::path& scratch) {
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(scratch))
    if (entry.path().extension() == kUnfinished) unfinished.push_back(entry.path());
  for (const fs::path& file : unfinished) fs::remove(file);
}

void remove_all_but_lock(const fs::path& scratch) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(scratch))
    if (entry.path().filename() != kLockName) all.push_back(entry.path());
  for (const fs::path& path : all) fs::remove_all(path);
}

void remove_if_empty(const fs::path& directory) {
  std::error_code error;
  if (fs::is_empty(directory, error) && !error) fs::remove(directory, error);
}

}  // namespace

void check_staging_paths(const fs::path& source, const fs::path& directory) {
  if (!fs::is_directory(source))
    throw InputError(
        fs::exists(source) ? "what is to be staged is no directory" : "there is no such data set to stage",
        source.string(), "name a directory with train/ and validation/");
  if (fs::exists(directory) && !fs::is_directory(directory))
    throw InputError("the place to stage to is no directory", directory.string(), "name a directory");
  const fs::path from = fs::canonical(source), to = fs::weakly_canonical(directory);
  if (is_within(to, from) || is_within(from, to))
    throw InputError(from == to ? "a data set can't be staged to itself"
                                : "the data set and the place to stage to lie within each other",
                     directory.string(), "name a directory outside of the data set");
}

fs::path staging_scratch(const fs::path& directory) {
  return directory / kScratch;
}

std::unique_ptr<DirectoryLock> lock_staging(const fs::path& directory, JobHasEnded job_has_ended) {
  const fs::path scratch = staging_scratch(directory);
  std::error_code error;
  fs::create_directories(scratch, error);
  if (error) {
    const std::string problem = "cannot make the directory to stage to: " + error.message();
    if (error == std::errc::no_space_on_device)
      throw MachineError(problem, directory.string(), "free space on this disk or name another directory");
    throw InputError(problem, directory.string(), "name a directory that may be written");
  }
  return std::make_unique<DirectoryLock>(
      scratch, LockOptions{.what = "the directory to stage to",
                           .fix = "wait for that process, or name another directory; a directory that all "
                                  "nodes see is staged to by tessera stage --shared",
                           .job_has_ended = std::move(job_has_ended)});
}

void prepare_staging(const fs::path& directory, const StagedCopy& copy) {
  if (const std::optional<StagedCopy> there = read_staged_copy(directory)) {
    refuse_other_copy(directory, *there, copy);
  } else {
    refuse_other_files(directory);
    write_staged_copy(directory, copy);  // first: what is made from here on is known as ours
  }
  remove_unfinished(staging_scratch(directory));
  fs::create_directories(directory / kTrain);
  fs::create_directories(directory / kValidation);
}

void check_capacity(const fs::path& directory, std::uint64_t bytes) {
  struct statvfs system {};
  if (::statvfs(directory.c_str(), &system) != 0)
    throw MachineError(fmt::format("cannot tell how much room there is: {}", std::strerror(errno)),
                       directory.string(), "name another directory");
  const std::uint64_t room = std::uint64_t{system.f_bavail} * system.f_frsize;
  if (room < bytes)
    throw MachineError(fmt::format("{} bytes are to be staged, and there is room for {}", bytes, room),
                       directory.string(),
                       "free space on this disk, name another directory, use more nodes, or stage less by "
                       "the plan shard or slab");
}

namespace {

/// Whether staging may have written a file of this name; a journal that others can write may say anything.
bool is_of_a_copy(const std::string& name) {
  const fs::path path(name), folder = path.parent_path();
  return path.has_filename() && path.filename() != ".." && path.filename() != "." &&
         (folder.empty() || folder == kTrain || folder == kValidation);
}

}  // namespace

std::int64_t clean_staging(const fs::path& directory, JobHasEnded job_has_ended) {
  const fs::path scratch = staging_scratch(directory);
  if (!fs::is_directory(scratch) && !fs::exists(directory / kStagingRecordName))
    throw InputError("nothing is staged here", directory.string(), "name a directory that was staged to");
  std::unique_ptr<DirectoryLock> lock = lock_staging(directory, std::move(job_has_ended));
  std::set<std::string> names;
  for (const auto& [name, file] : read_journals(scratch, is_of_a_copy)) names.insert(name);
  fs::remove(directory / kStagingRecordName);  // first, so that what is left is taken for no copy
  std::int64_t removed = 0;
  for (const std::string& name : names) removed += fs::remove(directory / name) ? 1 : 0;
  remove_all_but_lock(scratch);
  lock.reset();
  for (const fs::path& folder : {scratch, directory / kTrain, directory / kValidation, directory})
    remove_if_empty(folder);
  return removed;
}

}  // namespace tessera
