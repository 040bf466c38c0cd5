#include "results/score/training_rate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <vector>

#include "results/check/benchmark.hpp"
#include "results/log/optional_json.hpp"

namespace tessera {
namespace {

double count_of(std::span<const EpochTime> times) {
  double count = 0;
  for (const EpochTime& time : times) count += time.epochs;
  return count;
}

/// Each epoch of a block counts.
double median(std::vector<EpochTime> times) {
  assert(!times.empty());
  std::ranges::sort(times, {}, &EpochTime::seconds);
  const double half = count_of(times) / 2;
  double below = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    below += times[i].epochs;
    if (below == half) return (times[i].seconds + times[i + 1].seconds) / 2;
    if (below > half) return times[i].seconds;
  }
  return times.back().seconds;
}

/// The number that all runs have which log one; nothing where they differ.
std::optional<double> common_number(std::span<const RunRecord> runs, LogKey key) {
  std::optional<double> common;
  for (const RunRecord& run : runs) {
    const auto number = run.number(key);
    if (!(number > 0.0)) continue;
    if (common && *common != *number) return std::nullopt;
    common = number;
  }
  return common;
}

struct EpochSize {
  std::optional<double> samples, steps;
};

EpochSize epoch_size(std::span<const RunRecord> runs, std::string_view benchmark) {
  const auto batch = common_number(runs, LogKey::GlobalBatchSize);
  const Benchmark* known = benchmarks().find(benchmark);
  EpochSize size;
  if (known != nullptr && known->steps_of_epoch) {
    size.steps = common_number(runs, *known->steps_of_epoch);
    if (size.steps && batch) size.samples = *size.steps * *batch;
  } else {
    size.samples = common_number(runs, LogKey::TrainSamples);
    if (size.samples && batch) size.steps = *size.samples / *batch;
  }
  return size;
}

}  // namespace

std::optional<TrainingRate> training_rate(std::span<const RunRecord> runs, std::string_view benchmark) {
  TrainingRate rate;
  std::vector<EpochTime> counted, first;
  double all_epochs = 0;
  for (const RunRecord& run : runs) {
    if (!run.clock().doubts().empty()) continue;
    const std::vector<EpochTime> times = run.epochs().times();
    if (times.empty()) continue;
    const bool leave_out = times.size() > 1 && count_of(times) >= 3;
    all_epochs += count_of(times);
    first.push_back({times.front().seconds, 1});
    rate.left_out += leave_out ? 1 : 0;
    counted.insert(counted.end(), times.begin() + (leave_out ? 1 : 0), times.end());
  }
  if (counted.empty()) return std::nullopt;
  rate.epochs = static_cast<std::size_t>(count_of(counted));
  rate.epoch_seconds = median(std::move(counted));
  rate.first_epoch_seconds = median(std::move(first));
  const EpochSize size = epoch_size(runs, benchmark);
  if (size.samples) rate.samples_per_second = *size.samples / rate.epoch_seconds;
  if (size.samples) rate.samples = *size.samples * all_epochs;
  if (size.steps) rate.step_seconds = rate.epoch_seconds / *size.steps;
  return rate;
}

std::string describe(const TrainingRate& rate) {
  const char* left_out = rate.left_out == 0   ? ""
                         : rate.left_out == 1 ? ", the first left out"
                                              : ", first ones left out";
  return rate.epochs == 1 ? fmt::format("of one epoch without evaluations{}", left_out)
                          : fmt::format("median of {} epochs without evaluations{}", rate.epochs, left_out);
}

nlohmann::json to_json(const std::optional<TrainingRate>& rate) {
  using nlohmann::json;
  if (!rate)
    return {{"epoch_seconds", nullptr}, {"samples_per_second", nullptr},
            {"step_seconds", nullptr},  {"first_epoch_seconds", nullptr},
            {"rate_epochs", 0},         {"rate_is", ""}};
  return {{"epoch_seconds", rate->epoch_seconds},
          {"samples_per_second", or_null(rate->samples_per_second)},
          {"step_seconds", or_null(rate->step_seconds)},
          {"first_epoch_seconds", or_null(rate->first_epoch_seconds)},
          {"rate_epochs", rate->epochs},
          {"rate_is", describe(*rate)}};
}

}  // namespace tessera
