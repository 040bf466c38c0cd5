#include "results/check/clock_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace tessera {
namespace {

// Entries of several writers come out of order: in published logs by up to 4.3 s.
constexpr double kToleratedStepMs = 5000;

/// What a time is counted in if it isn't milliseconds since 1970; empty where it may be those. The numbers
/// are those of the years from 2001 to 2286, which no log in milliseconds has.
std::string_view other_unit(double time) {
  struct Unit {
    double from;
    std::string_view name;
  };
  constexpr std::array kUnits{Unit{1e9, "seconds"}, Unit{1e15, "microseconds"}, Unit{1e18, "nanoseconds"}};
  const auto unit = std::ranges::find_if(
      kUnits, [time](const Unit& candidate) { return time >= candidate.from && time < 10 * candidate.from; });
  return unit == kUnits.end() ? std::string_view() : unit->name;
}

std::string minutes_text(double milliseconds) {
  return fmt::format("{:.2f} minutes", milliseconds / 60000);
}

/// Whether an entry says that a run, once begun, came to something, or that the program starts again.
bool belongs_below_run_start(LogKey key) {
  switch (key) {
    case LogKey::EpochStop:
    case LogKey::BlockStop:
    case LogKey::EvalStop:
    case LogKey::EvalError:
    case LogKey::EvalAccuracy:
    case LogKey::RunStop:
    case LogKey::InitStart:
      return true;
    default:
      return false;
  }
}

}  // namespace

void ClockTrace::add(const LogEntry& entry) {
  count_runs(entry);
  if (!std::isfinite(entry.time_ms)) return;
  look_at_step(entry);
  if (entry.key == LogKey::RunStart && !start_) {
    start_ = {entry.line, entry.time_ms};
    latest_ms_ = entry.time_ms;
  }
  if (entry.key == LogKey::RunStop && !stop_) stop_ = {entry.line, entry.time_ms};
}

void ClockTrace::count_runs(const LogEntry& entry) {
  if (entry.key == LogKey::RunStart) {
    if (runs_ == 0 || under_way_) ++runs_;
    if (runs_ == 2 && under_way_) second_run_line_ = entry.line;
    under_way_ = false;
  } else if (runs_ > 0 && belongs_below_run_start(entry.key)) {
    under_way_ = true;
  }
}

void ClockTrace::look_at_step(const LogEntry& entry) {
  if (!start_ || stop_) return;
  const double back = latest_ms_ - entry.time_ms;
  latest_ms_ = entry.time_ms;
  if (!(back > kToleratedStepMs)) return;
  if (++steps_ == 1) first_step_ = {entry.key, entry.line, back};
}

std::vector<ClockDoubt> ClockTrace::doubts() const {
  std::vector<ClockDoubt> doubts;
  if (start_)
    if (const std::string_view unit = other_unit(start_->time_ms); !unit.empty())
      doubts.push_back({"time-unit", LogKey::RunStart, start_->line, "time_ms in milliseconds since 1970",
                        fmt::format("{:.0f}, as of {}", start_->time_ms, unit)});
  const bool backwards = start_ && stop_ && stop_->time_ms <= start_->time_ms;
  if (backwards)
    doubts.push_back({"stop-before-start", LogKey::RunStop, stop_->line, "a time after that of run_start",
                      stop_->time_ms == start_->time_ms
                          ? "the time of run_start"
                          : minutes_text(start_->time_ms - stop_->time_ms) + " before run_start"});
  if (first_step_ && !(backwards && first_step_->line == stop_->line))
    doubts.push_back({"clock-steps-back", first_step_->key, first_step_->line,
                      "no time before that of the entry above it",
                      fmt::format("{} before the entry above it{}", minutes_text(first_step_->milliseconds),
                                  steps_ == 1 ? "" : fmt::format(" (and {} more such steps)", steps_ - 1))});
  return doubts;
}

}  // namespace tessera
