#include "harness/config_schema.hpp"

#include <algorithm>

namespace tessera {
namespace {

Rule<std::vector<std::int64_t>> shape_of_a_sample() {
  return {"D, H, W, C, each from 1 to 8192", [](const std::vector<std::int64_t>& shape) {
            return shape.size() == 4 &&
                   std::ranges::all_of(shape, [](std::int64_t n) { return n >= 1 && n <= 8192; });
          }};
}

std::vector<Field> fields(MlperfConfig& mlperf) {
  return {
      word("benchmark", mlperf.benchmark, {"cosmoflow"}),
      field("org", mlperf.org),
      word("division", mlperf.division, {"open", "closed"}),
      word("status", mlperf.status, {"cloud", "onprem", "preview", "research"}),
      field<std::string>("platform", mlperf.platform,
                         {"that isn't empty", [](const std::string& text) { return !text.empty(); }}),
  };
}

std::vector<Field> fields(DataConfig& data) {
  return {
      required(because(word("name", data.name, {"cosmo"}),
                       "`tessera generate cosmoflow` writes samples where there are none")),
      required(field("data_dir", data.data_dir)),
      required(field("n_train", data.n_train, from(1))),
      required(field("n_valid", data.n_valid, from(1))),
      required(field("sample_shape", data.sample_shape, shape_of_a_sample())),
      field("batch_size", data.batch_size, from(1)),
      field("global_batch_size", data.global_batch_size, from(1)),
      required(field("n_epochs", data.n_epochs, from(1))),
      field("prefetch", data.prefetch, from(1, 64)),
      field("standardize", data.standardize),
      choice("augment", data.augment,
             {{"all", Augment::All}, {"keep_split_axes", Augment::KeepSplitAxes}, {"none", Augment::None}}),
      without_effect("compression"),  // of TFRecords; HDF5 files say themselves how they are compressed
      without_effect("n_parallel_reads"),
      without_effect("shuffle_valid"),
      without_effect("shuffle_buffer_size"),  // the order is a permutation of all samples
      fixed("apply_log", true, "division by the mean, which `false` stands for, is not offered"),
      fixed("shard", true, "each replica takes its own part of each global batch"),
      fixed("shuffle_train", true, "training samples are always in the order of (seed, epoch)"),
      fixed("samples_per_file", std::int64_t{1}, "data sets have one sample a file"),
      fixed("randomize_files", false, "the first n_train files by name are used"),
  };
}

std::vector<Field> fields(ModelConfig& model) {
  return {
      required(word("name", model.name, {"cosmoflow"})),
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

std::vector<Field> fields(OptimizerConfig& optimizer) {
  return {
      required(word("name", optimizer.name, {"SGD"})),
      field("momentum", optimizer.momentum, in_range(0, 1)),
      fixed("nesterov", false, "plain momentum is what the reference uses"),
  };
}

std::vector<Field> fields(LrScheduleConfig& lr) {
  return {
      choice("schedule", lr.schedule,
             {{"reference", ScheduleKind::Reference},
              {"steps", ScheduleKind::Steps},
              {"cosine", ScheduleKind::Cosine},
              {"constant", ScheduleKind::Constant}}),
      field("base_lr", lr.base_lr, positive()),
      choice("scaling", lr.scaling,
             {{"linear", Scaling::Linear},
              {"sqrt", Scaling::Sqrt},
              {"none", Scaling::None},
              {"null", Scaling::None}}),
      field("base_batch_size", lr.base_batch_size, from(1)),
      field("n_warmup_epochs", lr.n_warmup_epochs, from(0)),
      field("decay_schedule", lr.decay_schedule, epochs_with_factors()),
      field("lr", lr.lr, positive()),
      field("n_warmup_steps", lr.n_warmup_steps, from(0)),
      field("decay_epochs", lr.decay_epochs, epochs_with_factors()),
      field("cosine_epochs", lr.cosine_epochs, from(1)),
  };
}

std::vector<Field> fields(TrainConfig& train) {
  return {
      fixed("loss", std::string("mse"), "it is the benchmark's loss"),
      fixed("metrics", std::vector<std::string>{"mean_absolute_error"}, "it is what the target is set for"),
      field("early_stopping_patience", train.early_stopping_patience, from(0)),
      field("target_mae", train.target_mae, positive()),
      field("seed", train.seed, not_negative_integer()),
  };
}

std::vector<Field> fields(ComputeConfig& compute) {
  return {
      because(field("threads", compute.threads, from(0, 4096)), "0 means the rank's share of the cores"),
      choice("kernels", compute.kernels,
             {{"onednn", KernelChoice::OneDnn}, {"reference", KernelChoice::Reference}}),
      choice("element", compute.element, {{"float32", Element::F32}, {"float64", Element::F64}}),
      choice("overlap", compute.overlap,
             {{"auto", Overlap::Auto}, {"on", Overlap::On}, {"off", Overlap::Off}}),
  };
}

}  // namespace

std::vector<Section> config_schema(Config& config) {
  return {
      {"", {field("output_dir", config.output_dir)}},
      {"mlperf", fields(config.mlperf)},
      {"data", fields(config.data)},
      {"model", fields(config.model)},
      {"optimizer", fields(config.optimizer)},
      {"lr_schedule", fields(config.lr_schedule)},
      {"train", fields(config.train)},
      {"compute", fields(config.compute)},
  };
}

}  // namespace tessera
