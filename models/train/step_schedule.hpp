#pragma once

#include <cstdint>
#include <vector>

#include "models/train/schedule.hpp"

namespace tessera {

/// The reference DeepCAM's schedules (its multistep and cosine_annealing), in steps. Counting steps t from
/// the start of training, W the steps of warm-up, and peak = start_rate x warmup_factor:
///
///     t < W              start_rate t / W where the factor is 1, so 0 at the first step;
///                        start_rate (1 + (warmup_factor - 1) t / W) where it isn't
///     s = t - W >= 0     multistep: peak x decay_rate^(milestones at or before s)
///                        cosine: eta_min + (peak - eta_min) (1 + cos(pi s / t_max)) / 2, which climbs again
///                        after t_max steps
///
/// Two details of the reference are not kept, each a difference of 1 / W of the rate: its driver lets the
/// warm-up begin at t = 1, and it computes each rate from the one before, so that it goes on from the last
/// rate of the warm-up, not the peak.
class StepSchedule final : public Schedule {
 public:
  struct Settings {
    double start_rate = 0.001;
    std::int64_t warmup_steps = 0;
    double warmup_factor = 1;
    std::vector<std::int64_t> milestones = {};  // steps after warm-up, in any order; empty with a cosine
    double decay_rate = 0.1;
    std::int64_t t_max = 0;  // steps after warm-up; 0: no cosine
    double eta_min = 0;
  };
  StepSchedule(Settings settings, std::int64_t steps_per_epoch);

  double at(std::int64_t epoch, std::int64_t step) const override;

 private:
  Settings settings_;
  std::int64_t steps_per_epoch_;
};

}  // namespace tessera
