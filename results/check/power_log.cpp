#include "results/check/power_log.hpp"

#include <algorithm>
#include <cmath>

#include "results/check/log_files.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

bool is_of_power(LogKey key) {
  return key >= LogKey::PowerMeasurementStart && key <= LogKey::InterconnectPowerEst;
}

std::string text_in_metadata(const LogEntry& entry, std::string_view name) {
  const nlohmann::json* member = entry.find_metadata(name);
  return member != nullptr && member->is_string() ? member->get<std::string>() : "";
}

std::vector<LogEntry> entries_of_power(const std::filesystem::path& path, PowerLog& log) {
  std::vector<LogEntry> entries;
  const RunRecord record = read_found_log(path, [&](const LogEntry& entry) {
    if (!is_of_power(entry.key)) return;
    if (!entries.empty() && entry.time_ms < entries.back().time_ms && !log.stepping_back)
      log.stepping_back = entry.line;
    if (std::string covers = text_in_metadata(entry, "covers"); log.covers.empty())
      log.covers = std::move(covers);
    entries.push_back(entry);
  });
  log.unreadable = record.unreadable;
  log.malformed_lines = record.malformed_lines;
  std::ranges::stable_sort(entries, {}, &LogEntry::time_ms);
  return entries;
}

/// Takes entries in the order of their times.
class Measurement {
 public:
  explicit Measurement(PowerLog& log) : log_(log) {}

  void add(const LogEntry& entry) {
    switch (entry.key) {
      case LogKey::PowerMeasurementStart:
        log_.start_ms = latest_ms_ = entry.time_ms;
        break;
      case LogKey::PowerMeasurementStop:
        log_.stop_ms = entry.time_ms;
        break;
      case LogKey::PowerReading:
        if (log_.start_ms && !log_.stop_ms) add_reading(entry);
        break;
      case LogKey::ConversionEff:
        log_.conversion = number(entry);
        log_.measurement_type = text_in_metadata(entry, "measurement_type");
        break;
      case LogKey::InterconnectPowerEst:
        if (!log_.interconnect_watts) log_.interconnect_watts = number(entry);
        break;
      default:
        break;
    }
  }

 private:
  std::optional<double> number(const LogEntry& entry) {
    const auto number = number_of(entry.value);
    if (number && std::isfinite(*number) && std::isfinite(entry.time_ms)) return number;
    if (!log_.bad_value) log_.bad_value = {entry.key, entry.line, show(entry.value)};
    return std::nullopt;
  }
  void add_reading(const LogEntry& entry) {
    const auto watts = number(entry);
    if (!watts) return;
    log_.joules += *watts * (entry.time_ms - latest_ms_) / 1000;
    log_.readings.push_back({entry.line, entry.time_ms, *watts});
    latest_ms_ = entry.time_ms;
  }

  PowerLog& log_;
  double latest_ms_ = 0;
};

}  // namespace

std::optional<double> PowerLog::end_ms() const {
  if (stop_ms) return stop_ms;
  return readings.empty() ? std::nullopt : std::optional(readings.back().time_ms);
}

PowerLog read_power_log(const std::filesystem::path& path) {
  PowerLog log;
  log.file = path.string();
  Measurement measurement(log);
  for (const LogEntry& entry : entries_of_power(path, log)) measurement.add(entry);
  return log;
}

std::optional<double> node_joules(const PowerLog& log, double run_seconds) {
  const auto end = log.end_ms();
  if (!log.start_ms || !end || log.readings.empty() || log.bad_value) return std::nullopt;
  const double joules =
      log.conversion.value_or(1) * log.joules * run_seconds / ((*end - *log.start_ms) / 1000);
  return std::isfinite(joules) ? std::optional(joules) : std::nullopt;
}

double switch_joules(const PowerLog& log, double run_seconds) {
  return log.conversion.value_or(1) * log.interconnect_watts.value_or(0) * run_seconds;
}

}  // namespace tessera
