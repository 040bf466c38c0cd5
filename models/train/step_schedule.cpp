#include "models/train/step_schedule.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace tessera {
namespace {

double warming_up(const StepSchedule::Settings& settings, std::int64_t step) {
  const double progress = static_cast<double>(step) / static_cast<double>(settings.warmup_steps);
  const double scale = settings.warmup_factor == 1 ? progress : 1 + (settings.warmup_factor - 1) * progress;
  return settings.start_rate * scale;
}

// step: counted from the end of warm-up.
double warmed_up(const StepSchedule::Settings& settings, std::int64_t step) {
  const double peak = settings.start_rate * settings.warmup_factor;
  if (settings.t_max > 0) {
    const double phase = std::numbers::pi * static_cast<double>(step) / static_cast<double>(settings.t_max);
    return settings.eta_min + (peak - settings.eta_min) * (1 + std::cos(phase)) / 2;
  }
  const auto passed = std::count_if(settings.milestones.begin(), settings.milestones.end(),
                                    [step](std::int64_t milestone) { return milestone <= step; });
  return peak * std::pow(settings.decay_rate, static_cast<double>(passed));
}

}  // namespace

StepSchedule::StepSchedule(Settings settings, std::int64_t steps_per_epoch)
    : settings_(std::move(settings)), steps_per_epoch_(steps_per_epoch) {
  assert(steps_per_epoch > 0);
  assert(settings_.milestones.empty() || settings_.t_max == 0);
  std::sort(settings_.milestones.begin(), settings_.milestones.end());
}

double StepSchedule::at(std::int64_t epoch, std::int64_t step) const {
  const std::int64_t steps_done = epoch * steps_per_epoch_ + step;
  return steps_done < settings_.warmup_steps ? warming_up(settings_, steps_done)
                                             : warmed_up(settings_, steps_done - settings_.warmup_steps);
}

}  // namespace tessera
