#include "harness/run/output_directory.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "harness/process/slurm.hpp"
#include "harness/run/resumed_log.hpp"
#include "harness/run/run_directory.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// What a run leaves under other names when it is ended while it writes a file.
std::vector<fs::path> partial_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const char* name : {kLogName, kRunJsonName, kHistoryName, kCheckpointName, kPreviousCheckpointName})
    files.push_back(directory / fmt::format("{}.partial", name));
  return files;
}

[[noreturn]] void refuse(const fs::path& directory, const fs::filesystem_error& error) {
  throw InputError(fmt::format("the output directory can't be used: {}", error.code().message()),
                   directory.string(), "choose another with --output");
}

void create(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory))
    throw InputError(fmt::format("the output directory can't be made: {}",
                                 error ? error.message() : "something else has its name"),
                     directory.string(), "choose another with --output");
}

}  // namespace

std::unique_ptr<DirectoryLock> lock_output_directory(const fs::path& directory) {
  create(directory);
  return std::make_unique<DirectoryLock>(
      directory, LockOptions{.what = "the output directory",
                             .fix = "wait for that process, or choose another directory with --output",
                             .job_has_ended = slurm_job_has_ended});
}

void prepare_output_directory(const fs::path& directory, bool replaces_failed) {
  try {
    const RunState state = state_of_run(directory);
    if (state == RunState::LogMissing)
      throw InputError(fmt::format("the output directory holds files of a run, and no {}", kLogName),
                       directory.string(),
                       "put it back, move the directory away, or choose another with --output");
    if (has_checkpoint(directory) && !is_finished(state))
      throw InputError("the output directory holds the checkpoint of an interrupted run", directory.string(),
                       "go on with that run by --resume, move it away, or choose another with --output");
    if (has_ended(directory)) {
      const std::optional<RunEnd> end = recorded_end(directory);
      const bool is_recorded = fs::exists(directory / kRunJsonName);
      const bool failed = is_recorded ? end == RunEnd::Failed || end == RunEnd::Stopped : !is_finished(state);
      if (failed && !replaces_failed)
        throw InputError("the output directory holds a run that failed before its first checkpoint",
                         directory.string(),
                         "begin it anew by --resume=auto, move it away, or choose another with --output");
      if (!failed)
        throw InputError(
            "the output directory holds a finished run", directory.string(),
            "move it away, choose another with --output, or go on with it by --resume if it missed its "
            "target");
    }
    if (const auto other = file_of_other_origin(directory))
      throw InputError(
          fmt::format("the output directory holds a {} of another origin", other->filename().string()),
          directory.string(), "move the file away, or choose another with --output");
    for (const fs::path& path : partial_files(directory)) fs::remove(path);
    if (fs::exists(directory / kLogName)) fs::remove_all(directory / kPowerName);
    for (const char* name : {kRunJsonName, kHistoryName, kLogName}) fs::remove(directory / name);
  } catch (const fs::filesystem_error& error) {
    refuse(directory, error);
  }
}

void prepare_output_directory_to_resume(const fs::path& directory) {
  try {
    const fs::path log = directory / kLogName;
    write_whole_file(log, continued_log(read_whole_file(log)));
    fs::remove(directory / kRunJsonName);
    fs::remove_all(directory / kPowerName);
    for (const fs::path& path : partial_files(directory)) fs::remove(path);
  } catch (const fs::filesystem_error& error) {
    refuse(directory, error);
  }
}

}  // namespace tessera
