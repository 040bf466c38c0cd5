#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "harness/config/benchmark_table.hpp"
#include "harness/config/warmup_config.hpp"
#include "io/arrays/array_sample.hpp"
#include "models/sequential.hpp"

namespace tessera {

enum class LossKind : std::uint8_t {
  MeanSquaredError,
  SumOfSquaredErrors,
  SoftmaxCrossEntropy,
  SigmoidCrossEntropy,
  WeightedPixelCrossEntropy
};
enum class MetricKind : std::uint8_t { MeanAbsoluteError, Accuracy, TopFive, IntersectionOverUnion };
enum class OptimizerKind : std::uint8_t { Sgd, Adam, AdamW, Lamb };

/// What the metric must reach: `>=` or `<=`.
struct MetricTarget {
  std::optional<bool> at_least;  // by the metric, where it isn't said
  double value = 0;

  bool reached_by(double metric) const { return *at_least ? metric >= value : metric <= value; }
};

/// What a configuration says of the network of model.name: resnet50.
struct Resnet50Config {
  std::int64_t filters = 64, classes = 1000;  // as models/resnet50.hpp has them
};

/// What the sections of a configuration say of a network that is trained on the user's own samples. Names and
/// defaults are Keras' where it has them.
struct SequentialConfig {
  // data; see io/arrays/array_dataset.hpp
  std::optional<ArrayTarget::Kind> target_kind;  // what `y` is; by the loss, where that leaves one
  double divide_by = 1;
  std::vector<double> mean, deviation;  // by channel, or one for all
  // model
  std::variant<std::vector<sequential::Layer>, Resnet50Config> network;
  LossKind loss = LossKind::MeanSquaredError;
  std::vector<double> class_weights;  // of the weighted cross-entropy
  MetricKind metric = MetricKind::MeanAbsoluteError;
  std::int64_t batchnorm_group_size = 0;  // replicas that share batch statistics; 0: all
  // optimizer
  OptimizerKind optimizer = OptimizerKind::Adam;
  std::optional<double> momentum;  // of SGD, as the next: 0 when not given
  std::optional<bool> nesterov;
  std::optional<std::vector<double>> betas;  // of the others, as the next two: 0.9 and 0.999 when not given
  std::optional<double> eps;                 // 1e-7
  std::optional<double> weight_decay;        // 0 of Adam, 0.004 of AdamW, 0.01 of LAMB
  WarmupConfig lr_schedule;                  // lr: 0.01 of SGD, 0.001 of the others when not given
  // train
  MetricTarget target;
};

/// Of a network of the user's own, and of ResNet-50, whose loss and target are settled.
const BenchmarkTable& sequential_table();
const BenchmarkTable& resnet50_table();

/// Whether the loss is over classes, of which the target names one for each answer.
bool takes_classes(LossKind loss);
/// By the words of a configuration.
const char* name_of(MetricKind metric);
const char* name_of(OptimizerKind optimizer);
/// As data.sample_shape has it: channels, 1 where it doesn't say; extents; how many axes they have, leading
/// ones of one cell left out.
struct SampleForm {
  std::int64_t channels = 1;
  Extents space;
  std::size_t axes = 2;
};
SampleForm sample_form(const DataConfig& data);

/// ">= 0.985"
std::string to_string(const MetricTarget& target);

/// Of a configuration of such a network.
SequentialConfig& sequential_of(Config& config);
const SequentialConfig& sequential_of(const Config& config);

}  // namespace tessera
