#include "results/check/epoch_trace.hpp"

#include <algorithm>
#include <cmath>

#include "results/log/log_value.hpp"

namespace tessera {
namespace {

constexpr double kMostInABlock = 1e9;  // a larger epoch_count is none

}  // namespace

void EpochTrace::Track::start(double time_ms) {
  if (const auto done = latest()) done_.add(*done);
  start_ms_ = time_ms;
  stop_ms_.reset();
  taken_off_ms_ = 0;
}

void EpochTrace::Track::stop(double time_ms, double epochs) {
  if (!start_ms_ || stop_ms_) return;
  stop_ms_ = time_ms;
  epochs_ = epochs;
}

void EpochTrace::Track::take_off(double from_ms, double to_ms) {
  if (!start_ms_) return;
  const double from = std::max(from_ms, *start_ms_), to = std::min(to_ms, stop_ms_.value_or(to_ms));
  taken_off_ms_ += std::max(0.0, to - from);
}

std::optional<EpochTime> EpochTrace::Track::latest() const {
  if (!start_ms_ || !stop_ms_) return std::nullopt;
  const double seconds = (*stop_ms_ - *start_ms_ - taken_off_ms_) / 1000 / epochs_;
  return seconds > 0 ? std::optional(EpochTime{seconds, epochs_}) : std::nullopt;
}

std::vector<EpochTime> EpochTrace::Track::times() const {
  std::vector<EpochTime> times = done_.kept();
  if (const auto last = latest()) times.push_back(*last);
  return times;
}

void EpochTrace::add(const LogEntry& entry) {
  if (stopped_ || !std::isfinite(entry.time_ms)) return;
  if (entry.key == LogKey::RunStart) started_ = true;
  if (entry.key == LogKey::RunStop) stopped_ = true;
  if (started_ && !stopped_) add_in_run(entry);
}

void EpochTrace::add_in_run(const LogEntry& entry) {
  switch (entry.key) {
    case LogKey::EpochStart:
      evaluation_ms_.reset();
      epochs_.start(entry.time_ms);
      break;
    case LogKey::EpochStop:
      epochs_.stop(entry.time_ms, 1);
      break;
    case LogKey::BlockStart: {
      const nlohmann::json* count = entry.find_metadata("epoch_count");
      const double epochs = count == nullptr ? 1 : number_of(*count).value_or(1);
      epochs_of_block_ = epochs >= 1 && epochs <= kMostInABlock ? epochs : 1;
      evaluation_ms_.reset();
      blocks_.start(entry.time_ms);
      break;
    }
    case LogKey::BlockStop:
      blocks_.stop(entry.time_ms, epochs_of_block_);
      break;
    case LogKey::EvalStart:
      evaluation_ms_ = entry.time_ms;
      break;
    case LogKey::EvalStop:
      if (evaluation_ms_) take_off(*evaluation_ms_, entry.time_ms);
      evaluation_ms_.reset();
      break;
    case LogKey::RunResumed:
      take_off(evaluation_ms_.value_or(latest_ms_), entry.time_ms);
      evaluation_ms_.reset();
      break;
    default:
      break;
  }
  latest_ms_ = entry.time_ms;
}

void EpochTrace::take_off(double from_ms, double to_ms) {
  epochs_.take_off(from_ms, to_ms);
  blocks_.take_off(from_ms, to_ms);
}

std::vector<EpochTime> EpochTrace::times() const {
  std::vector<EpochTime> times = epochs_.times();
  return times.empty() ? blocks_.times() : times;
}

}  // namespace tessera
