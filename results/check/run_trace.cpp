#include "results/check/run_trace.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "results/check/benchmark.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

/// What a run may be at, each with the keys that begin and end it.
enum Activity : std::size_t { Staging, Epoch, Block, Evaluation };
struct ActivityKeys {
  LogKey start, stop;
};
constexpr std::array kActivityKeys{ActivityKeys{LogKey::StagingStart, LogKey::StagingStop},
                                   ActivityKeys{LogKey::EpochStart, LogKey::EpochStop},
                                   ActivityKeys{LogKey::BlockStart, LogKey::BlockStop},
                                   ActivityKeys{LogKey::EvalStart, LogKey::EvalStop}};

std::optional<double> epoch_of(const LogEntry& entry) {
  for (const char* name : {"epoch_num", "epoch"}) {
    if (const nlohmann::json* epoch = entry.find_metadata(name)) return number_of(*epoch);
  }
  return std::nullopt;
}

}  // namespace

void RunTrace::add(const LogEntry& entry) {
  if (stopped_ || !std::isfinite(entry.time_ms)) return;
  if (entry.key == LogKey::RunStart && !run_start_ms_) {
    take_time(entry.time_ms);
    run_start_ms_ = latest_ms_ = entry.time_ms;
  } else if (entry.key == LogKey::RunStop) {
    take_time(entry.time_ms);
    stopped_ = true;
  } else if (entry.key == LogKey::RunInterrupted) {
    take_time(entry.time_ms);
  } else if (entry.key == LogKey::RunResumed) {
    const double waited = advance(entry.time_ms);
    if (run_start_ms_) breakdown_.other += waited;
    open_[Evaluation] = false;
  }
  for (std::size_t i = 0; i < kActivities; ++i) {
    const bool starts = entry.key == kActivityKeys[i].start, stops = entry.key == kActivityKeys[i].stop;
    if (!starts && !stops) continue;
    take_time(entry.time_ms);
    open_[i] = starts;
    if (starts && (i == Epoch || i == Block)) open_[Evaluation] = false;
  }
  if (run_start_ms_ && is_metric(entry.key)) add_point(curves_[entry.key], entry);
}

/// The seconds since the latest entry. Stamps that go back give none.
double RunTrace::advance(double time_ms) {
  const double seconds = latest_ms_ ? std::max(0.0, (time_ms - *latest_ms_) / 1000) : 0;
  if (!latest_ms_ || seconds > 0) latest_ms_ = time_ms;
  return seconds;
}

/// Gives the time since the latest entry to what was open.
void RunTrace::take_time(double time_ms) {
  const double seconds = advance(time_ms);
  if (!run_start_ms_) {
    if (open_[Staging]) breakdown_.staging += seconds;
  } else if (open_[Evaluation]) {
    breakdown_.evaluation += seconds;
  } else if (open_[Epoch] || open_[Block]) {
    breakdown_.training += seconds;
  } else {
    (open_[Staging] ? breakdown_.staging : breakdown_.other) += seconds;
  }
}

void RunTrace::add_point(Curve& curve, const LogEntry& entry) {
  const std::optional<double> value = number_of(entry.value);
  if (!value) return;
  curve.add({(entry.time_ms - *run_start_ms_) / 60000, epoch_of(entry), *value});
}

std::vector<CurvePoint> RunTrace::curve(LogKey key) const {
  assert(is_metric(key));
  const auto found = curves_.find(key);
  return found == curves_.end() ? std::vector<CurvePoint>() : found->second.with_last();
}

}  // namespace tessera
