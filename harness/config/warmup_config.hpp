#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/config/config_field.hpp"
#include "models/train/schedule.hpp"

namespace tessera {

enum class ScheduleKind : std::uint8_t { Reference, Steps, Cosine, Constant };

/// The section lr_schedule of schedules with a warm-up in steps and a decay of choice, Steps, Cosine or
/// Constant: lr is the peak; it warms up with every step, lr * (step + 1) / (steps of the warm-up). Steps:
/// from epoch e (counted from 0) on, lr * decay_epochs[e]. Cosine: to zero at the end of cosine_epochs.
struct WarmupConfig {
  ScheduleKind schedule = ScheduleKind::Constant;
  double lr = 0.0;
  std::int64_t n_warmup_epochs = 0;
  std::optional<std::int64_t> n_warmup_steps;   // in place of n_warmup_epochs
  std::map<std::int64_t, double> decay_epochs;  // epoch -> factor, relative to the peak
  std::optional<std::int64_t> cosine_epochs;
};

/// All keys but `schedule`.
std::vector<Field> warmup_fields(WarmupConfig& lr);

/// Throws InputError where keys contradict the kind of the schedule, which is none of the reference's.
void check_warmup_schedule(const Config& config, const WarmupConfig& lr);

/// Throws InputError unless a cosine decay, if there is one, has steps left after a warm-up that is counted
/// in steps; for a run of this global batch size.
void check_warmup_steps(const Config& config, const WarmupConfig& lr, std::int64_t global_batch);

WarmupSchedule::Settings warmup_settings(const WarmupConfig& lr, std::int64_t steps_per_epoch);

std::vector<Decay> decays_of(const std::map<std::int64_t, double>& factors);

}  // namespace tessera
