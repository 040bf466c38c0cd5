#include "harness/run/output_directory.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "harness/run/resumed_log.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

bool has_run_stop(const fs::path& log) {
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);)
    if (line.find(":::MLLOG ") != std::string::npos && line.find("\"run_stop\"") != std::string::npos)
      return true;
  return false;
}

bool holds_finished_run(const fs::path& directory) {
  return fs::exists(directory / "run.json") || has_run_stop(directory / "result.txt");
}

// A log of ours begins with an entry; a run that was ended before its first one left it empty.
bool is_our_log(const fs::path& log) {
  if (!fs::is_regular_file(log)) return false;
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  return file.is_open() && !file.bad() && (fs::is_empty(log) || line.starts_with(":::MLLOG"));
}

// What a run leaves under other names when it is ended while it writes a file.
std::vector<fs::path> partial_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const char* name : {"run.json", "history.csv", kCheckpointName, kPreviousCheckpointName})
    files.push_back(directory / fmt::format("{}.partial", name));
  return files;
}

// What an interrupted run left in the names that a run writes. Throws where another program's files have
// them.
std::vector<fs::path> leftovers_in(const fs::path& directory) {
  const fs::path log = directory / "result.txt", history = directory / "history.csv";
  const bool ours = is_our_log(log);
  for (const fs::path& path : {log, history})
    if (!ours && fs::exists(path))
      throw InputError(
          fmt::format("the output directory holds a {} of another origin", path.filename().string()),
          directory.string(), "move the file away, or choose another with --output");
  std::vector<fs::path> leftovers = partial_files(directory);
  leftovers.insert(leftovers.end(), {log, history});
  return leftovers;
}

void check_writable(const fs::path& directory) {
  const fs::path trial = directory / ".tessera-writable";
  write_whole_file(trial, "");
  fs::remove(trial);
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

void prepare_output_directory(const fs::path& directory) {
  try {
    create(directory);
    if (holds_finished_run(directory))
      throw InputError(
          "the output directory holds a finished run", directory.string(),
          "move it away, choose another with --output, or go on with it by --resume if it missed its "
          "target");
    if (fs::exists(directory / kCheckpointName) || fs::exists(directory / kPreviousCheckpointName))
      throw InputError("the output directory holds the checkpoint of an interrupted run", directory.string(),
                       "go on with that run by --resume, move it away, or choose another with --output");
    const std::vector<fs::path> leftovers = leftovers_in(directory);
    check_writable(directory);
    for (const fs::path& path : leftovers) fs::remove(path);
  } catch (const fs::filesystem_error& error) {
    refuse(directory, error);
  }
}

void prepare_output_directory_to_resume(const fs::path& directory) {
  try {
    check_writable(directory);
    const fs::path log = directory / "result.txt";
    write_whole_file(log, continued_log(read_whole_file(log)));
    fs::remove(directory / "run.json");
    for (const fs::path& path : partial_files(directory)) fs::remove(path);
  } catch (const fs::filesystem_error& error) {
    refuse(directory, error);
  }
}

}  // namespace tessera
