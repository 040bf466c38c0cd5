#include "harness/run/run_directory.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>

#include "results/check/log_reader.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::array<std::pair<RunEnd, const char*>, 5> kEnds{{{RunEnd::TargetReached, "target_reached"},
                                                               {RunEnd::TargetMissed, "target_missed"},
                                                               {RunEnd::NotFinite, "not_finite"},
                                                               {RunEnd::Stopped, "stopped"},
                                                               {RunEnd::Failed, "failed"}}};

/// What run.json says under a key; null where there is none that does.
json reported(const fs::path& directory, const char* key) {
  std::ifstream file(directory / kRunJsonName);
  const json report = json::parse(file, nullptr, false);
  return report.is_object() ? report.value(key, json()) : json();
}

// Of a run that was killed between the last line of its log and its run.json.
bool log_says_success(const fs::path& directory) {
  const fs::path log = directory / kLogName;
  if (fs::is_empty(log)) return false;
  const RunRecord record = read_log(log);
  const LogEntry* stop = record.first(LogKey::RunStop);
  return stop != nullptr && stop->metadata.is_object() && stop->metadata.value("status", json()) == "success";
}

// A log of ours begins with an entry; a run that was ended before its first one left it empty.
bool is_log_of_a_run(const fs::path& log) {
  if (!fs::is_regular_file(log)) return false;
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  return file.is_open() && !file.bad() && (fs::is_empty(log) || line.starts_with(kLogToken));
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

const char* name_of(RunEnd end) {
  return std::ranges::find(kEnds, end, &std::pair<RunEnd, const char*>::first)->second;
}

RunState state_of_run(const fs::path& directory) {
  if (file_of_other_origin(directory)) return RunState::OtherOrigin;
  const bool begun = is_there(directory / kLogName);
  if (!begun)
    return has_checkpoint(directory) || is_there(directory / kRunJsonName) ? RunState::LogMissing
                                                                           : RunState::Absent;
  const std::optional<RunEnd> end = recorded_end(directory);
  if (end == RunEnd::TargetReached || (!end && log_says_success(directory))) return RunState::TargetReached;
  if (end == RunEnd::TargetMissed || end == RunEnd::NotFinite) return RunState::TargetMissed;
  return has_checkpoint(directory) ? RunState::Resumable : RunState::Unfinished;
}

const char* name_of(RunState state) {
  switch (state) {
    case RunState::Absent:
      return "not begun";
    case RunState::Unfinished:
    case RunState::Resumable:
      return "unfinished";
    case RunState::TargetReached:
      return "target reached";
    case RunState::TargetMissed:
      return "target missed";
    case RunState::LogMissing:
      return "without its log";
    case RunState::OtherOrigin:
      return "of another origin";
  }
  return "";
}

bool is_finished(RunState state) {
  return state == RunState::TargetReached || state == RunState::TargetMissed;
}

std::optional<RunEnd> recorded_end(const fs::path& directory) {
  const json end = reported(directory, "end");
  for (const auto& [known, name] : kEnds)
    if (end == name) return known;
  return std::nullopt;
}

std::optional<int> ranks_of_run(const fs::path& directory) {
  const json ranks = reported(directory, "ranks");
  return ranks.is_number_integer() ? std::optional(ranks.get<int>()) : std::nullopt;
}

bool has_ended(const fs::path& directory) {
  if (fs::exists(directory / kRunJsonName)) return true;
  const fs::path log = directory / kLogName;
  return fs::is_regular_file(log) && read_log(log).first(LogKey::RunStop) != nullptr;
}

bool has_checkpoint(const fs::path& directory) {
  return is_there(directory / kCheckpointName) || is_there(directory / kPreviousCheckpointName);
}

const char* last_checkpoint(const fs::path& directory) {
  return is_there(directory / kCheckpointName) ? kCheckpointName : kPreviousCheckpointName;
}

std::optional<fs::path> file_of_other_origin(const fs::path& directory) {
  const fs::path log = directory / kLogName;
  if (is_log_of_a_run(log)) return std::nullopt;
  for (const fs::path& path : {log, directory / kHistoryName})
    if (is_there(path)) return path;
  return std::nullopt;
}

}  // namespace tessera
