#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "results/check/run_record.hpp"

namespace tessera {

/// How fast runs train, without their evaluations: by the median of the training times of their epochs (see
/// epoch_trace.hpp), each run's first left out where it has three or more, since it compiles and fills
/// caches.
struct TrainingRate {
  double epoch_seconds = 0;                   // that median
  std::optional<double> samples_per_second;   // nothing where logs don't tell, or differ in, what it takes
  std::optional<double> step_seconds;         // of a global batch
  std::optional<double> first_epoch_seconds;  // training time of the first epoch; of several runs the median
  std::size_t epochs = 0;                     // that the median is of
  std::size_t left_out = 0;                   // first epochs
  std::optional<double> samples;              // that all epochs trained on, the first ones included
};

/// Of one run or of several, which train alike. An epoch has all training samples, or, where the benchmark
/// has its epochs end by steps, as many steps as the log says. Nothing where no epoch has a time. Runs whose
/// clock is doubted don't count.
std::optional<TrainingRate> training_rate(std::span<const RunRecord> runs, std::string_view benchmark);

/// What the rate is, for readers: "median of 29 epochs without evaluations, the first left out".
std::string describe(const TrainingRate& rate);

/// The keys epoch_seconds, samples_per_second, step_seconds, first_epoch_seconds, rate_epochs and rate_is of
/// the JSON of scores and comparisons.
nlohmann::json to_json(const std::optional<TrainingRate>& rate);

}  // namespace tessera
