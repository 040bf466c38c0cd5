#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tessera {

/// What the log of a run that was interrupted says of it.
struct LogSoFar {
  double run_start_ms = 0;      // time stamp of its run_start
  int resumed = 0;              // how often it went on already
  bool stopped = false;         // it has a run_stop
  bool reached_target = false;  // ... that says success
};
/// Throws InputError where the log is missing or has no run_start.
LogSoFar read_log_so_far(const std::filesystem::path& log);

/// The log that a resumed run goes on with, of that which the interrupted one left: its run_stop becomes a
/// run_interrupted of the same time, so that a log has one run_stop, the last; a last line without its end is
/// dropped. Pure.
std::string continued_log(std::string_view log);

}  // namespace tessera
