#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/config/benchmark_table.hpp"

namespace tessera {

enum class MomentOptimizer : std::uint8_t { Adam, AdamW, Lamb };
enum class StepScheduleKind : std::uint8_t { Multistep, CosineAnnealing };

/// In steps, as the reference has it; milestones and t_max count from the end of warm-up. See
/// models/train/step_schedule.hpp.
struct DeepcamSchedule {
  StepScheduleKind type = StepScheduleKind::Multistep;
  double start_lr = 0.001;
  std::int64_t lr_warmup_steps = 0;
  double lr_warmup_factor = 1;
  std::optional<std::vector<std::int64_t>> milestones = {};  // of a multistep, as the next
  std::optional<double> decay_rate;                          // 0.1 when not given
  std::optional<std::int64_t> t_max;                         // of a cosine, as the next
  std::optional<double> eta_min;
};

/// What the sections of a configuration say of DeepCAM alone: names and meaning of the arguments of the
/// MLPerf HPC reference's train.py, and a few of our own.
struct DeepcamConfig {
  // data
  std::vector<std::int64_t> channels{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  // model
  double width_factor = 1;                // ours: on all numbers of channels
  std::int64_t middle_blocks = 16;        // ours
  std::int64_t batchnorm_group_size = 1;  // replicas that share batch statistics; 0 (ours): all
  // optimizer
  MomentOptimizer optimizer = MomentOptimizer::Lamb;
  std::vector<double> betas{0.9, 0.999};
  double eps = 0;  // the closed division's by default
  double weight_decay = 0.01;
  DeepcamSchedule lr_schedule;
  // train
  // The run ends when the mean intersection over union of validation is at least this; the benchmark's by
  // default.
  double target_iou = 0;
};

const BenchmarkTable& deepcam_table();

/// Of a configuration of DeepCAM.
DeepcamConfig& deepcam_of(Config& config);
const DeepcamConfig& deepcam_of(const Config& config);

}  // namespace tessera
