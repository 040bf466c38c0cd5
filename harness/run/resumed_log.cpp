#include "harness/run/resumed_log.hpp"

#include <fmt/core.h>

#include "models/base/error.hpp"
#include "results/check/log_reader.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {
namespace {

void replace(std::string& line, std::string_view what, std::string_view by) {
  if (const std::size_t at = line.find(what); at != std::string::npos) line.replace(at, what.size(), by);
}

std::string key_member(LogKey key) {
  return fmt::format("\"key\": \"{}\"", name_of(key));
}

}  // namespace

LogSoFar read_log_so_far(const std::filesystem::path& log) {
  LogSoFar so_far;
  const RunRecord record = read_log(log, [&](const LogEntry& entry) {
    if (entry.key == LogKey::RunResumed) ++so_far.resumed;
    if (entry.key != LogKey::RunStop) return;
    const nlohmann::json* status = entry.find_metadata("status");
    so_far.stopped = true;
    so_far.reached_target |= status != nullptr && *status == "success";
  });
  const LogEntry* start = record.first(LogKey::RunStart);
  if (start == nullptr)
    throw InputError("the log of the interrupted run has no run_start", log.string(),
                     "begin another run with another --output");
  so_far.run_start_ms = start->time_ms;
  return so_far;
}

std::string continued_log(std::string_view log) {
  std::string continued;
  for (std::size_t end = log.find('\n'); end != std::string_view::npos; end = log.find('\n')) {
    std::string line(log.substr(0, end + 1));
    log.remove_prefix(end + 1);
    const std::string stop = key_member(LogKey::RunStop);
    if (line.starts_with(kLogToken) && line.find(stop) != std::string::npos) {
      replace(line, stop, key_member(LogKey::RunInterrupted));
      replace(line, "INTERVAL_END", "POINT_IN_TIME");
    }
    continued += line;
  }
  return continued;
}

}  // namespace tessera
