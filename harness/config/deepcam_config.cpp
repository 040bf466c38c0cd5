#include "harness/config/deepcam_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "harness/config/config_schema.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "models/base/error.hpp"
#include "results/check/rule_tables.hpp"
#include "results/check/rules_deepcam.hpp"

namespace tessera {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t kOutputStride = 16, kMostPixels = 16384;

Rule<Integers> shape_of_a_sample() {
  return {fmt::format("H, W, C: height and width multiples of {} up to {}, and {} channels", kOutputStride,
                      kMostPixels, kDeepcamChannels),
          [](const Integers& shape) {
            return shape.size() == 3 && shape[2] == static_cast<std::int64_t>(kDeepcamChannels) &&
                   std::all_of(shape.begin(), shape.begin() + 2, [](std::int64_t n) {
                     return n >= kOutputStride && n <= kMostPixels && n % kOutputStride == 0;
                   });
          }};
}

Rule<Integers> channels_of_a_sample() {
  return {fmt::format("from 0 to {}, at least one and none twice", kDeepcamChannels - 1),
          [](const Integers& channels) {
            return !channels.empty() &&
                   std::set(channels.begin(), channels.end()).size() == channels.size() &&
                   std::ranges::all_of(channels, [](std::int64_t c) {
                     return c >= 0 && c < static_cast<std::int64_t>(kDeepcamChannels);
                   });
          }};
}

Rule<double> above_zero_up_to(double most) {
  return {fmt::format("above 0, at most {}", most), [=](double value) { return value > 0 && value <= most; }};
}

std::vector<Field> data_fields(Config& config) {
  return {
      required(because(word("name", config.data.name, {"deepcam"}),
                       "`tessera generate deepcam` writes samples where there are none")),
      required(field("sample_shape", config.data.sample_shape, shape_of_a_sample())),
      field("channels", deepcam_of(config).channels, channels_of_a_sample()),
  };
}

std::vector<Field> model_fields(DeepcamConfig& model) {
  return {
      field("width_factor", model.width_factor, above_zero_up_to(16)),
      field("middle_blocks", model.middle_blocks, from(0, 16)),
      because(field("batchnorm_group_size", model.batchnorm_group_size, from(0)), "0 means all replicas"),
  };
}

std::vector<Field> optimizer_fields(DeepcamConfig& optimizer) {
  return {
      required(choice("name", optimizer.optimizer,
                      {{"LAMB", MomentOptimizer::Lamb},
                       {"AdamW", MomentOptimizer::AdamW},
                       {"Adam", MomentOptimizer::Adam}})),
      field("betas", optimizer.betas, two_betas()),
      field("eps", optimizer.eps, positive()),
      field("weight_decay", optimizer.weight_decay, not_negative()),
  };
}

std::vector<Field> schedule_fields(DeepcamSchedule& lr) {
  return {
      choice("type", lr.type,
             {{"multistep", StepScheduleKind::Multistep},
              {"cosine_annealing", StepScheduleKind::CosineAnnealing}}),
      required(field("start_lr", lr.start_lr, positive())),
      field("lr_warmup_steps", lr.lr_warmup_steps, from(0)),
      field<double>("lr_warmup_factor", lr.lr_warmup_factor,
                    {"of at least 1", [](double factor) { return factor >= 1; }}),
      field<Integers>("milestones", lr.milestones,
                      {"from 0",
                       [](const Integers& steps) {
                         return std::ranges::all_of(steps, [](std::int64_t step) { return step >= 0; });
                       }}),
      field("decay_rate", lr.decay_rate, above_zero_up_to(1)),
      field("t_max", lr.t_max, from(1)),
      field("eta_min", lr.eta_min, not_negative()),
  };
}

std::vector<Field> train_fields(DeepcamConfig& train) {
  return {field("target_iou", train.target_iou, above_zero_up_to(1))};
}

std::vector<Section> sections_of(Config& config) {
  return {{"data", data_fields(config)},
          {"model", model_fields(deepcam_of(config))},
          {"optimizer", optimizer_fields(deepcam_of(config))},
          {"lr_schedule", schedule_fields(deepcam_of(config).lr_schedule)},
          {"train", train_fields(deepcam_of(config))}};
}

void settle_own(Config& config) {
  constexpr const char* kChooser = "lr_schedule.type";
  const DeepcamSchedule& lr = deepcam_of(config).lr_schedule;
  if (lr.eta_min.value_or(0) > lr.start_lr * lr.lr_warmup_factor)
    throw InputError("lr_schedule.eta_min is above the peak, which the cosine falls from",
                     config.where("lr_schedule.eta_min"), "set it below start_lr times lr_warmup_factor");
  if (lr.type == StepScheduleKind::Multistep) {
    forbid_keys(config, kChooser, {"lr_schedule.t_max", "lr_schedule.eta_min"},
                "the schedule is `multistep`");
  } else {
    forbid_keys(config, kChooser, {"lr_schedule.milestones", "lr_schedule.decay_rate"},
                "the schedule is `cosine_annealing`");
    require_key(config, kChooser, "lr_schedule.t_max", "the cosine takes so many steps");
  }
}

std::any defaults() {
  DeepcamConfig own;
  own.eps = kDeepcamEpsilon;
  own.target_iou = deepcam_benchmark().rules->target.target;
  return own;
}

constexpr BenchmarkTable kTable{
    .name = "deepcam", .defaults = defaults, .sections = sections_of, .settle = settle_own};

}  // namespace

const BenchmarkTable& deepcam_table() {
  return kTable;
}

DeepcamConfig& deepcam_of(Config& config) {
  return std::any_cast<DeepcamConfig&>(config.of_benchmark);
}

const DeepcamConfig& deepcam_of(const Config& config) {
  return std::any_cast<const DeepcamConfig&>(config.of_benchmark);
}

}  // namespace tessera
