#include "harness/run/run_files.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "harness/run/output_directory.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/run/run_directory.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"

namespace tessera {

RunFiles::RunFiles(std::filesystem::path directory, bool writes, Begin begin)
    : directory_(std::move(directory)), writes_(writes) {
  const bool resumes = begin == Begin::Resumed;
  // Where there is no directory, there is nothing to go on from, which is said when the checkpoint is read.
  if (writes_ && (!resumes || std::filesystem::is_directory(directory_)))
    lock_ = lock_output_directory(directory_);
  if (writes_ && !resumes) prepare_output_directory(directory_, begin == Begin::Anew);
  log_.emplace(directory_ / kLogName, writes_ && !resumes);
}

RunFiles::~RunFiles() {
  if (is_lost()) log_->keep();  // it may be another's by now
}

void RunFiles::go_on(const std::string& checkpoint) {
  if (!writes_) return;
  check();
  prepare_output_directory_to_resume(directory_);
  // Otherwise the first new checkpoint would move the unusable checkpoint.h5 over this one.
  if (checkpoint == kPreviousCheckpointName)
    std::filesystem::rename(directory_ / kPreviousCheckpointName, directory_ / kCheckpointName);
  log_.emplace(directory_ / kLogName, true, RunLog::Open::Append);
}

void RunFiles::write_history(const std::string& csv) {
  if (!writes_) return;
  check();
  write_whole_file(directory_ / kHistoryName, csv);
}

void RunFiles::write_power_log(int node, const std::string& text) {
  if (!writes_) return;
  check();
  const std::filesystem::path place = directory_ / kPowerName;
  std::error_code error;
  std::filesystem::create_directories(place, error);
  if (error)
    throw InputError(fmt::format("a directory for power logs can't be made: {}", error.message()),
                     place.string(), "choose another --output");
  write_whole_file(place / fmt::format("node_{}.txt", node), text);
}

void RunFiles::write_run_json(const nlohmann::json& report) {
  if (!writes_) return;
  check();
  write_whole_file(directory_ / kRunJsonName, json_text(report));
}

void RunFiles::write_checkpoint(const Checkpoint& checkpoint, const std::function<void()>& moved) {
  if (!writes_) return;
  check();
  write_run_checkpoint(directory_, checkpoint, moved);
}

void RunFiles::check() {
  if (lock_) lock_->check();
}

}  // namespace tessera
