#include "harness/config/cosmoflow_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "harness/config/config_schema.hpp"
#include "models/base/error.hpp"
#include "results/check/rule_tables.hpp"
#include "results/check/rules_cosmoflow.hpp"

namespace tessera {
namespace {

constexpr const char* kChooser = "lr_schedule.schedule";

Rule<std::vector<std::int64_t>> shape_of_a_sample() {
  return {"D, H, W, C, each from 1 to 8192", [](const std::vector<std::int64_t>& shape) {
            return shape.size() == 4 &&
                   std::ranges::all_of(shape, [](std::int64_t n) { return n >= 1 && n <= 8192; });
          }};
}

std::vector<Field> data_fields(Config& config) {
  CosmoflowConfig& cosmoflow = cosmoflow_of(config);
  return {
      required(because(word("name", config.data.name, {"cosmo"}),
                       "`tessera generate cosmoflow` writes samples where there are none")),
      required(field("sample_shape", config.data.sample_shape, shape_of_a_sample())),
      field("standardize", cosmoflow.standardize),
      choice("augment", cosmoflow.augment,
             {{"all", Augmentation::All},
              {"keep_split_axes", Augmentation::KeepSplitAxes},
              {"none", Augmentation::None}}),
      without_effect("compression"),  // of TFRecords; HDF5 files say themselves how they are compressed
      without_effect("shuffle_valid"),
      without_effect("shuffle_buffer_size"),  // the order is a permutation of all samples
      fixed("apply_log", true, "division by the mean, which `false` stands for, is not offered"),
      fixed("shard", true, "each replica takes its own part of each global batch"),
      fixed("shuffle_train", true, "training samples are always in the order of (seed, epoch)"),
      fixed("samples_per_file", std::int64_t{1}, "data sets have one sample a file"),
      fixed("randomize_files", false, "the first n_train files by name are used"),
  };
}

std::vector<Field> model_fields(CosmoflowConfig& model) {
  return {
      field("input_shape", model.input_shape, shape_of_a_sample()),
      because(field<std::int64_t>("kernel_size", model.kernel_size,
                                  {"that is odd, from 1 to 15",
                                   [](std::int64_t k) { return k >= 1 && k <= 15 && k % 2 == 1; }}),
              "an even kernel has no symmetric 'same' padding"),
      field("n_conv_layers", model.n_conv_layers, from(1)),
      field("conv_size", model.conv_size, from(1)),
      field("fc1_size", model.fc1_size, from(1)),
      field("fc2_size", model.fc2_size, from(1)),
      fixed("target_size", std::int64_t{4}, "a universe has four parameters"),
      field("l2", model.l2, not_negative()),
      field("dropout", model.dropout, in_range(0, 1)),
      fixed("hidden_activation", std::string("LeakyReLU"), "it is the network's definition"),
      fixed("pooling_type", std::string("MaxPool3D"), "it is the network's definition"),
  };
}

std::vector<Field> optimizer_fields(CosmoflowConfig& optimizer) {
  return {
      required(fixed("name", std::string("SGD"), "it is the benchmark's optimizer")),
      field("momentum", optimizer.momentum, in_range(0, 1)),
      fixed("nesterov", false, "plain momentum is what the reference uses"),
  };
}

std::vector<Field> schedule_fields(CosmoflowSchedule& lr) {
  std::vector<Field> fields = {
      choice("schedule", lr.schedule,
             {{"reference", ScheduleKind::Reference},
              {"steps", ScheduleKind::Steps},
              {"cosine", ScheduleKind::Cosine},
              {"constant", ScheduleKind::Constant}}),
      field("base_lr", lr.base_lr, positive()),
      choice("scaling", lr.scaling,
             {{"linear", RateScaling::Linear},
              {"sqrt", RateScaling::SquareRoot},
              {"none", RateScaling::None},
              {"null", RateScaling::None}}),
      field("base_batch_size", lr.base_batch_size, from(1)),
      field("decay_schedule", lr.decay_schedule, epochs_with_factors()),
  };
  std::ranges::move(warmup_fields(lr), std::back_inserter(fields));
  return fields;
}

std::vector<Field> train_fields(CosmoflowConfig& train) {
  return {
      fixed("loss", std::string("mse"), "it is the benchmark's loss"),
      fixed("metrics", std::vector<std::string>{"mean_absolute_error"}, "it is what the target is set for"),
      field("target_mae", train.target_mae, positive()),
  };
}

void check_shapes(const Config& config) {
  const std::vector<std::int64_t>& shape = cosmoflow_of(config).input_shape;
  if (shape != config.data.sample_shape)
    throw InputError("model.input_shape and data.sample_shape differ", config.where("model.input_shape"),
                     "give both the shape of the data set's samples");
  // Each block of the network halves depth, height and width, rounding down; nothing must be left without an
  // element.
  int layers = 0;
  for (std::int64_t n = *std::min_element(shape.begin(), shape.end() - 1); n > 1; n /= 2) ++layers;
  if (cosmoflow_of(config).n_conv_layers > layers)
    throw InputError(fmt::format("model.n_conv_layers is {}, but {}x{}x{} can be halved {} times only",
                                 cosmoflow_of(config).n_conv_layers, shape[0], shape[1], shape[2], layers),
                     config.where("model.n_conv_layers"),
                     fmt::format("set model.n_conv_layers to at most {}", layers));
  // Filters double with every block; 2^20 of them would be a mistake long before it overflows.
  if (cosmoflow_of(config).n_conv_layers > 20 ||
      (cosmoflow_of(config).conv_size << (cosmoflow_of(config).n_conv_layers - 1)) > (1 << 20))
    throw InputError("the last convolution would have more than a million filters",
                     config.where("model.conv_size"), "lower model.conv_size");
}

void check_schedule(const Config& config) {
  const std::string reference_only = "only the schedule `reference` reads it";
  if (cosmoflow_of(config).lr_schedule.schedule == ScheduleKind::Reference) {
    forbid_keys(config, kChooser,
                {"lr_schedule.lr", "lr_schedule.n_warmup_steps", "lr_schedule.decay_epochs",
                 "lr_schedule.cosine_epochs"},
                "the schedule is `reference`");
    require_key(config, kChooser, "lr_schedule.base_lr", "the schedule `reference` starts from it");
    if (cosmoflow_of(config).lr_schedule.scaling != RateScaling::None)
      require_key(config, kChooser, "lr_schedule.base_batch_size", "scaling divides the global batch by it");
    return;
  }
  forbid_keys(config, kChooser,
              {"lr_schedule.base_lr", "lr_schedule.scaling", "lr_schedule.base_batch_size",
               "lr_schedule.decay_schedule"},
              reference_only);
  require_key(config, kChooser, "lr_schedule.lr", "it is the peak of the schedule");
  check_warmup_schedule(config, cosmoflow_of(config).lr_schedule);
}

std::vector<Section> sections_of(Config& config) {
  return {{"data", data_fields(config)},
          {"model", model_fields(cosmoflow_of(config))},
          {"optimizer", optimizer_fields(cosmoflow_of(config))},
          {"lr_schedule", schedule_fields(cosmoflow_of(config).lr_schedule)},
          {"train", train_fields(cosmoflow_of(config))}};
}

void settle_own(Config& config) {
  if (cosmoflow_of(config).input_shape.empty()) cosmoflow_of(config).input_shape = config.data.sample_shape;
  check_shapes(config);
  check_schedule(config);
}

std::any defaults() {
  CosmoflowConfig own;
  own.target_mae = cosmoflow_benchmark().rules->target.target;
  return own;
}

constexpr BenchmarkTable kTable{
    .name = "cosmoflow", .defaults = defaults, .sections = sections_of, .settle = settle_own};

}  // namespace

const BenchmarkTable& cosmoflow_table() {
  return kTable;
}

CosmoflowConfig& cosmoflow_of(Config& config) {
  return std::any_cast<CosmoflowConfig&>(config.of_benchmark);
}

const CosmoflowConfig& cosmoflow_of(const Config& config) {
  return std::any_cast<const CosmoflowConfig&>(config.of_benchmark);
}

}  // namespace tessera
