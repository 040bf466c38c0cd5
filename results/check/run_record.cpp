#include "results/check/run_record.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "results/check/rule_tables.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

/// The keys whose pairs are timed, each start with its stop.
struct IntervalKeys {
  LogKey start, stop;
};
constexpr std::array kIntervals{IntervalKeys{LogKey::EvalStart, LogKey::EvalStop},
                                IntervalKeys{LogKey::StagingStart, LogKey::StagingStop}};

}  // namespace

const nlohmann::json* LogEntry::find_metadata(std::string_view name) const {
  if (!metadata.is_object()) return nullptr;
  const auto member = metadata.find(name);
  return member == metadata.end() ? nullptr : &*member;
}

void RunRecord::add(LogEntry entry) {
  tally_.add(entry);
  trace_.add(entry);
  epochs_.add(entry);
  convergence_.add(entry);
  clock_.add(entry);
  add_evaluation(entry);
  add_interval(entry);
  KeyRecord& record = keys_[index_of(entry.key)];
  if (++record.count == 1) {
    record.first = std::move(entry);
    return;
  }
  if (record.count == 2) record.second_line = entry.line;
  if (!record.differing && !equal_values(record.first->value, entry.value)) {
    record.differing = std::move(entry);
  }
}

void RunRecord::add(MalformedLine line) {
  if (++malformed_lines <= kMalformedLinesKept) malformed.push_back(std::move(line));
}

void RunRecord::add_evaluation(const LogEntry& entry) {
  if (!is_metric(entry.key)) return;
  if (const auto value = number_of(entry.value); value && !std::isnan(*value)) {
    MetricRange& range = ranges_[entry.key];
    range.least = std::min(range.least.value_or(*value), *value);
    range.greatest = std::max(range.greatest.value_or(*value), *value);
  }
  if (of(LogKey::RunStop).count > 0) return;
  for (const Benchmark* benchmark : benchmarks().all()) {
    if (benchmark->rules == nullptr) continue;
    const TargetRule& target = benchmark->rules->target;
    if (target.each.key == entry.key && target.reached.holds(entry.value))
      reached_in_run_.try_emplace(&target, entry);
  }
}

void RunRecord::add_interval(const LogEntry& entry) {
  for (std::size_t i = 0; i < kIntervals.size(); ++i) {
    OpenInterval& interval = intervals_[i];
    if (entry.key == kIntervals[i].start) interval.start_ms = entry.time_ms;
    if (entry.key != kIntervals[i].stop || !interval.start_ms) continue;
    ++interval.closed.count;
    interval.closed.milliseconds += entry.time_ms - *interval.start_ms;
    interval.start_ms.reset();
  }
}

const LogEntry* RunRecord::first(LogKey key) const {
  const std::optional<LogEntry>& entry = of(key).first;
  return entry ? &*entry : nullptr;
}

std::optional<std::string> RunRecord::text(LogKey key) const {
  const LogEntry* entry = first(key);
  if (entry == nullptr || !entry->value.is_string()) return std::nullopt;
  return entry->value.get<std::string>();
}

std::optional<double> RunRecord::number(LogKey key) const {
  const LogEntry* entry = first(key);
  return entry == nullptr ? std::nullopt : number_of(entry->value);
}

std::optional<double> RunRecord::minutes() const {
  const LogEntry* start = first(LogKey::RunStart);
  const LogEntry* stop = first(LogKey::RunStop);
  if (start == nullptr || stop == nullptr) return std::nullopt;
  return (stop->time_ms - start->time_ms) / 60000.0;
}

bool RunRecord::says_success() const {
  const LogEntry* stop = first(LogKey::RunStop);
  const nlohmann::json* status = stop == nullptr ? nullptr : stop->find_metadata("status");
  return status != nullptr && *status == "success";
}

const LogEntry* RunRecord::reached_in_run(const TargetRule& target) const {
  const auto found = reached_in_run_.find(&target);
  return found == reached_in_run_.end() ? nullptr : &found->second;
}

MetricRange RunRecord::range(LogKey metric) const {
  const auto found = ranges_.find(metric);
  return found == ranges_.end() ? MetricRange{} : found->second;
}

const Intervals& RunRecord::intervals(LogKey start) const {
  const auto found = std::find_if(kIntervals.begin(), kIntervals.end(),
                                  [start](const IntervalKeys& keys) { return keys.start == start; });
  assert(found != kIntervals.end());
  return intervals_[static_cast<std::size_t>(found - kIntervals.begin())].closed;
}

}  // namespace tessera
