#include "models/train/schedule.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

void sort_by_epoch(std::vector<Decay>& decays) {
  std::sort(decays.begin(), decays.end(), [](const Decay& a, const Decay& b) { return a.epoch < b.epoch; });
}

// The factor of the last decay at `epoch` or before it.
double factor_at(const std::vector<Decay>& decays, std::int64_t epoch) {
  double factor = 1;
  for (const Decay& decay : decays)
    if (decay.epoch <= epoch) factor = decay.factor;
  return factor;
}

void summarize(const std::vector<Decay>& decays, ScheduleSummary& summary) {
  for (const Decay& decay : decays) {
    summary.decay_boundary_epochs.push_back(decay.epoch);
    summary.decay_factors.push_back(decay.factor);
  }
}

double scale_of(const ReferenceSchedule::Settings& settings, std::int64_t global_batch_size) {
  if (settings.scaling == RateScaling::None) return 1;
  assert(settings.base_batch_size > 0 && global_batch_size > 0);
  const double ratio = static_cast<double>(global_batch_size) / static_cast<double>(settings.base_batch_size);
  return settings.scaling == RateScaling::Linear ? ratio : std::sqrt(ratio);
}

}  // namespace

ReferenceSchedule::ReferenceSchedule(Settings settings, std::int64_t global_batch_size)
    : settings_(std::move(settings)), scale_(scale_of(settings_, global_batch_size)) {
  sort_by_epoch(settings_.decays);
}

double ReferenceSchedule::at(std::int64_t epoch, std::int64_t /*step*/) const {
  const double base = settings_.base_rate, peak = base * scale_;
  if (epoch < settings_.warmup_epochs)
    return base + static_cast<double>(epoch) * (peak - base) / static_cast<double>(settings_.warmup_epochs);
  return peak * factor_at(settings_.decays, epoch - 1);
}

ScheduleSummary ReferenceSchedule::summary() const {
  ScheduleSummary summary;
  summary.base_learning_rate = settings_.base_rate * scale_;
  summary.warmup_epochs = static_cast<double>(settings_.warmup_epochs);
  summary.warmup_factor = scale_;
  summarize(settings_.decays, summary);
  return summary;
}

WarmupSchedule::WarmupSchedule(Settings settings, std::int64_t steps_per_epoch)
    : settings_(std::move(settings)), steps_per_epoch_(steps_per_epoch) {
  assert(steps_per_epoch > 0);
  assert(settings_.decays.empty() || settings_.cosine_epochs == 0);
  sort_by_epoch(settings_.decays);
}

double WarmupSchedule::at(std::int64_t epoch, std::int64_t step) const {
  const std::int64_t steps_done = epoch * steps_per_epoch_ + step;
  if (steps_done < settings_.warmup_steps)
    return settings_.peak_rate * static_cast<double>(steps_done + 1) /
           static_cast<double>(settings_.warmup_steps);
  if (settings_.cosine_epochs > 0) return settings_.peak_rate * cosine(steps_done);
  return settings_.peak_rate * factor_at(settings_.decays, epoch);
}

double WarmupSchedule::cosine(std::int64_t steps_done) const {
  const std::int64_t end = settings_.cosine_epochs * steps_per_epoch_;
  if (steps_done >= end) return 0;
  const double progress = static_cast<double>(steps_done - settings_.warmup_steps) /
                          static_cast<double>(end - settings_.warmup_steps);
  return (1 + std::cos(std::numbers::pi * progress)) / 2;
}

ScheduleSummary WarmupSchedule::summary() const {
  ScheduleSummary summary;
  summary.base_learning_rate = settings_.peak_rate;
  summary.warmup_epochs = static_cast<double>(settings_.warmup_steps) / static_cast<double>(steps_per_epoch_);
  summarize(settings_.decays, summary);
  return summary;
}

}  // namespace tessera
