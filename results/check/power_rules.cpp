#include "results/check/power_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

constexpr std::size_t kFewestReadings = 60;
constexpr double kSlowestRate = 1.05, kShortestGap = 1.5;  // seconds
constexpr double kUncovered = 1, kBeyond = 2;              // seconds

class PowerJudge {
 public:
  PowerJudge(const PowerLog& log, Verdict& verdict) : log_(log), verdict_(verdict) {}

  void check_entries() {
    if (!log_.unreadable.empty()) fail("unreadable", {}, {}, "a power log", log_.unreadable);
    if (log_.bad_value)
      fail("bad-power-value", log_.bad_value->key, log_.bad_value->line, "a finite number",
           log_.bad_value->found);
    if (log_.malformed_lines > 0)
      warn("malformed-line", {}, {}, "entries that parse",
           fmt::format("{} lines that are passed over", log_.malformed_lines));
    check_conversion();
  }

  void check_measurement() {
    if (!log_.start_ms)
      fail("no-power-start", LogKey::PowerMeasurementStart, {}, "once", "none");
    else if (log_.stop_ms && !(*log_.stop_ms > *log_.start_ms))
      fail("power-times", LogKey::PowerMeasurementStop, {}, "a time after power_measurement_start",
           fmt::format("{:.3f} s before it", (*log_.start_ms - *log_.stop_ms) / 1000));
    if (!log_.stop_ms)
      warn("no-power-stop", LogKey::PowerMeasurementStop, {}, "once", "none: the last reading stands for it");
    if (!log_.covers.empty())
      warn("partial-power", LogKey::PowerReading, {}, "power of the whole node",
           "that of " + shortened(log_.covers));
  }

  void check_readings() {
    constexpr LogKey kKey = LogKey::PowerReading;
    if (log_.readings.size() < kFewestReadings)
      warn("few-power-readings", kKey, {}, fmt::format("at least {}", kFewestReadings),
           std::to_string(log_.readings.size()));
    if (log_.stepping_back)
      warn("power-clock", kKey, log_.stepping_back, "times that don't step back",
           "a time before that of the entry above");
    std::vector<double> intervals = intervals_of_readings();
    if (intervals.empty()) return;
    const auto longest = std::ranges::max_element(intervals);
    const double gap = *longest;
    const std::size_t line = log_.readings[static_cast<std::size_t>(longest - intervals.begin()) + 1].line;
    const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
    std::ranges::nth_element(intervals, middle);
    if (*middle > kSlowestRate)
      warn("power-rate", kKey, {}, "a reading a second, or more",
           fmt::format("one every {:.2f} s (median)", *middle));
    if (gap > kShortestGap && gap > 2 * *middle)
      warn("power-gap", kKey, line, "readings at even times",
           fmt::format("none for {:.2f} s above this one", gap));
  }

  void check_coverage(const MeasuredRun& run) {
    const auto end = log_.end_ms();
    const auto seconds = run.seconds();
    if (!log_.start_ms || !end || !seconds) return;
    const double late = (*log_.start_ms - *run.start_ms) / 1000, early = (*run.stop_ms - *end) / 1000;
    constexpr LogKey kKey = LogKey::PowerMeasurementStart;
    constexpr const char* kWhole = "from run_start to run_stop";
    if (late >= *seconds || early >= *seconds) {
      warn("power-clock", kKey, {}, "times within the run",
           fmt::format("all are {} it, by {:.1f} s or more", late > 0 ? "after" : "before",
                       std::max(late, early) - *seconds));
    } else if (late > kUncovered || early > kUncovered) {
      warn("power-coverage", kKey, {}, kWhole,
           fmt::format("without its first {:.1f} and last {:.1f} s", std::max(late, 0.0),
                       std::max(early, 0.0)));
    } else if (-late - early > kBeyond + *seconds / 100) {
      warn("power-coverage", kKey, {}, kWhole,
           fmt::format("{:.1f} s before and {:.1f} s after it, too, which enter the mean power",
                       std::max(-late, 0.0), std::max(-early, 0.0)));
    }
  }

  void check_estimate() {
    if (!log_.interconnect_watts)
      warn("no-interconnect-power", LogKey::InterconnectPowerEst, {}, "once", "none, which counts as 0 W");
  }

 private:
  void check_conversion() {
    constexpr LogKey kKey = LogKey::ConversionEff;
    if (!log_.conversion) {
      warn("power-conversion", kKey, {}, "an efficiency", "none, which counts as 1");
    } else if (!(*log_.conversion > 0 && *log_.conversion <= 1)) {
      warn("power-conversion", kKey, {}, "an efficiency in (0, 1]", fmt::format("{}", *log_.conversion));
    } else if (log_.measurement_type != "AC" && log_.measurement_type != "DC") {
      warn("power-conversion", kKey, {}, "measurement_type AC or DC in the metadata",
           show(log_.measurement_type));
    }
  }

  std::vector<double> intervals_of_readings() const {
    std::vector<double> intervals;
    for (std::size_t i = 1; i < log_.readings.size(); ++i)
      intervals.push_back((log_.readings[i].time_ms - log_.readings[i - 1].time_ms) / 1000);
    return intervals;
  }

  Finding finding(const char* rule, std::optional<LogKey> key, std::optional<std::size_t> line,
                  std::string expected, std::string found) const {
    return {rule, log_.file,           key ? std::string(name_of(*key)) : "",
            line, std::move(expected), std::move(found)};
  }
  void fail(const char* rule, std::optional<LogKey> key, std::optional<std::size_t> line,
            std::string expected, std::string found) {
    verdict_.findings.push_back(finding(rule, key, line, std::move(expected), std::move(found)));
  }
  void warn(const char* rule, std::optional<LogKey> key, std::optional<std::size_t> line,
            std::string expected, std::string found) {
    verdict_.warnings.push_back(finding(rule, key, line, std::move(expected), std::move(found)));
  }

  const PowerLog& log_;
  Verdict& verdict_;
};

}  // namespace

std::optional<double> MeasuredRun::seconds() const {
  if (!start_ms || !stop_ms || !(*stop_ms > *start_ms) || !std::isfinite(*stop_ms - *start_ms))
    return std::nullopt;
  return (*stop_ms - *start_ms) / 1000;
}

MeasuredRun measured_run(const RunRecord& run) {
  const auto time = [&](LogKey key) {
    const LogEntry* entry = run.first(key);
    return entry == nullptr ? std::nullopt : std::optional(entry->time_ms);
  };
  return {run.file, time(LogKey::RunStart), time(LogKey::RunStop)};
}

void check_node_power(const PowerLog& log, const MeasuredRun& run, Verdict& verdict) {
  PowerJudge judge(log, verdict);
  judge.check_entries();
  if (!log.unreadable.empty()) return;
  judge.check_measurement();
  judge.check_readings();
  judge.check_coverage(run);
}

void check_switch_power(const PowerLog& log, Verdict& verdict) {
  PowerJudge judge(log, verdict);
  judge.check_entries();
  if (log.unreadable.empty()) judge.check_estimate();
}

}  // namespace tessera
