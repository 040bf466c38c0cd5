#include "harness/config/sequential_config.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "harness/config/config_schema.hpp"
#include "harness/config/layer_list.hpp"
#include "models/base/error.hpp"
#include "results/check/benchmark.hpp"

namespace tessera {
namespace {

using Integers = std::vector<std::int64_t>;
using TargetKind = ArrayTarget::Kind;

using Layers = std::vector<sequential::Layer>;
constexpr std::int64_t kMostFilters = 1024, kMostClasses = 1 << 20;

const Choices<MetricKind> kMetrics{{"mean_absolute_error", MetricKind::MeanAbsoluteError},
                                   {"accuracy", MetricKind::Accuracy},
                                   {"top_5_accuracy", MetricKind::TopFive},
                                   {"intersection_over_union", MetricKind::IntersectionOverUnion}};
const Choices<OptimizerKind> kOptimizers{{"SGD", OptimizerKind::Sgd},
                                         {"Adam", OptimizerKind::Adam},
                                         {"AdamW", OptimizerKind::AdamW},
                                         {"LAMB", OptimizerKind::Lamb}};

template <class E>
const char* name_in(const Choices<E>& choices, E value) {
  return std::ranges::find(choices, value, &std::pair<std::string, E>::second)->first.c_str();
}

Rule<Integers> shape_of_a_sample() {
  return {"H, W or H, W, C or D, H, W, C, each from 1 to 8192", [](const Integers& shape) {
            return shape.size() >= 2 && shape.size() <= 4 &&
                   std::ranges::all_of(shape, [](std::int64_t n) { return n >= 1 && n <= 8192; });
          }};
}

Rule<std::string> plain_name() {
  return {"of letters, digits, - and _", [](const std::string& name) {
            return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
              return std::isalnum(c) != 0 || c == '-' || c == '_';
            });
          }};
}

Rule<std::vector<double>> all_positive() {
  return {"above 0", [](const std::vector<double>& values) {
            return std::ranges::all_of(values, [](double value) { return value > 0; });
          }};
}

/// 0.985, ">= 0.985", "<=0.02"
Field metric_target(MetricTarget& target) {
  const auto read = [&target](const ConfigNode& node) {
    if (node.kind != ConfigNode::Kind::Scalar) return false;
    const bool least = node.scalar.starts_with(">="), most = node.scalar.starts_with("<=");
    ConfigNode number = node;
    if (least || most) {
      const std::size_t first = node.scalar.find_first_not_of(' ', 2);
      number.scalar = first == std::string::npos ? "" : node.scalar.substr(first);
      number.quoted = false;
    }
    const auto value = read_value(number, ValueType<double>{});
    if (!value) return false;
    target = {least || most ? std::optional(least) : std::nullopt, *value};
    return true;
  };
  return {.key = "target",
          .expects = "a number, or one behind >= or <= in quotes",
          .read = read,
          .write = [&target] { return nlohmann::json(to_string(target)); },
          .why = {}};
}

Field target_field(SequentialConfig& own) {
  return because(choice("target", own.target_kind,
                        Choices<std::optional<TargetKind>>{{"class", TargetKind::Class},
                                                           {"vector", TargetKind::Vector},
                                                           {"map", TargetKind::Map},
                                                           {"input", TargetKind::Input},
                                                           {"null", std::nullopt}}),
                 "it says what y is of a sample");
}

// Of data and model: that which a network of the user's own says, and that which ResNet-50 does.
std::vector<Field> data_fields(Config& config) {
  SequentialConfig& own = sequential_of(config);
  std::vector<Field> fields = {required(field("sample_shape", config.data.sample_shape, shape_of_a_sample())),
                               field("divide_by", own.divide_by, positive()), field("mean", own.mean),
                               field("deviation", own.deviation, all_positive())};
  if (std::holds_alternative<Layers>(own.network)) fields.push_back(target_field(own));
  return fields;
}

std::vector<Field> fields_of(Resnet50Config& network, SequentialConfig& own) {
  return {field("filters", network.filters, from(1, kMostFilters)),
          field("classes", network.classes, from(2, kMostClasses)),
          choice("metric", own.metric,
                 {{"accuracy", MetricKind::Accuracy}, {"top_5_accuracy", MetricKind::TopFive}})};
}

std::vector<Field> fields_of(Layers& layers, SequentialConfig& own) {
  return {
      required(layer_list("layers", layers)),
      required(choice("loss", own.loss,
                      {{"mean_squared_error", LossKind::MeanSquaredError},
                       {"sum_of_squared_errors", LossKind::SumOfSquaredErrors},
                       {"softmax_cross_entropy", LossKind::SoftmaxCrossEntropy},
                       {"sigmoid_cross_entropy", LossKind::SigmoidCrossEntropy},
                       {"weighted_pixel_cross_entropy", LossKind::WeightedPixelCrossEntropy}})),
      field("class_weights", own.class_weights, all_positive()),
      required(choice("metric", own.metric, kMetrics)),
  };
}

std::vector<Field> model_fields(Config& config) {
  SequentialConfig& own = sequential_of(config);
  std::vector<Field> fields = std::visit([&](auto& network) { return fields_of(network, own); }, own.network);
  fields.push_back(field("benchmark", config.mlperf.logged_as, plain_name()));
  fields.push_back(
      because(field("batchnorm_group_size", own.batchnorm_group_size, from(0)), "0 means all replicas"));
  return fields;
}

std::vector<Field> optimizer_fields(SequentialConfig& own) {
  return {
      choice("name", own.optimizer, kOptimizers),
      field("momentum", own.momentum, in_range(0, 1)),
      field("nesterov", own.nesterov),
      field("betas", own.betas, two_betas()),
      field("eps", own.eps, positive()),
      field("weight_decay", own.weight_decay, not_negative()),
  };
}

std::vector<Field> schedule_fields(WarmupConfig& lr) {
  std::vector<Field> fields = {choice("schedule", lr.schedule,
                                      {{"steps", ScheduleKind::Steps},
                                       {"cosine", ScheduleKind::Cosine},
                                       {"constant", ScheduleKind::Constant}})};
  std::ranges::move(warmup_fields(lr), std::back_inserter(fields));
  return fields;
}

std::vector<Section> sections_of(Config& config) {
  SequentialConfig& own = sequential_of(config);
  return {{"data", data_fields(config)},
          {"model", model_fields(config)},
          {"optimizer", optimizer_fields(own)},
          {"lr_schedule", schedule_fields(own.lr_schedule)},
          {"train", {required(metric_target(own.target))}}};
}

double default_weight_decay(OptimizerKind optimizer) {
  return optimizer == OptimizerKind::AdamW ? 0.004 : optimizer == OptimizerKind::Lamb ? 0.01 : 0;
}

void settle_optimizer(Config& config) {
  SequentialConfig& own = sequential_of(config);
  const bool sgd = own.optimizer == OptimizerKind::Sgd;
  // What the optimizer doesn't read stays without a value, so that it isn't written into records either.
  if (sgd) {
    forbid_keys(config, "optimizer.name", {"optimizer.betas", "optimizer.eps", "optimizer.weight_decay"},
                "the optimizer is SGD");
    own.momentum = own.momentum.value_or(0);
    own.nesterov = own.nesterov.value_or(false);
  } else {
    forbid_keys(config, "optimizer.name", {"optimizer.momentum", "optimizer.nesterov"}, "only SGD reads it");
    own.betas = own.betas.value_or(std::vector{0.9, 0.999});
    own.eps = own.eps.value_or(1e-7);
    own.weight_decay = own.weight_decay.value_or(default_weight_decay(own.optimizer));
  }
  if (!config.given("lr_schedule.lr")) own.lr_schedule.lr = sgd ? 0.01 : 0.001;
  check_warmup_schedule(config, own.lr_schedule);
}

void settle_target_kind(Config& config) {
  SequentialConfig& own = sequential_of(config);
  if (own.target_kind && takes_classes(own.loss) && *own.target_kind != TargetKind::Class &&
      *own.target_kind != TargetKind::Map)
    throw InputError("the loss is over classes, and data.target names none", config.where("data.target"),
                     "set data.target to class or map, or choose another model.loss");
  if (own.target_kind) return;
  if (!takes_classes(own.loss))
    require_key(config, "model.loss", "data.target", "the loss leaves open what y is");
  own.target_kind = own.loss == LossKind::WeightedPixelCrossEntropy ? TargetKind::Map : TargetKind::Class;
}

void check_metric(const Config& config) {
  const SequentialConfig& own = sequential_of(config);
  const bool classes = takes_classes(own.loss);
  if (own.metric == MetricKind::MeanAbsoluteError && classes)
    throw InputError("model.metric is mean_absolute_error, and the loss is over classes",
                     config.where("model.metric"), "choose accuracy, or a loss of errors");
  if (own.metric == MetricKind::IntersectionOverUnion && !classes)
    throw InputError("model.metric is intersection_over_union, which needs a loss over classes",
                     config.where("model.metric"),
                     "choose softmax_cross_entropy or weighted_pixel_cross_entropy for model.loss");
  if (own.loss == LossKind::WeightedPixelCrossEntropy)
    require_key(config, "model.loss", "model.class_weights", "the loss weighs each class");
  else if (!own.class_weights.empty())
    forbid_keys(config, "model.loss", {"model.class_weights"}, "only weighted_pixel_cross_entropy reads it");
}

void check_network(const Layers& layers, const Config& config) {
  if (layers.empty())
    throw InputError("model.layers has no layer", config.where("model.layers"),
                     "list the network's layers, one below the other");
}

void check_network(const Resnet50Config&, const Config& config) {
  if (sample_form(config.data).axes == 3)
    throw InputError("model.name is resnet50, which takes images, and data.sample_shape is a volume's",
                     config.where("data.sample_shape"),
                     "give H, W, C, or describe a network of volumes by model.name: sequential");
}

void settle_own(Config& config) {
  SequentialConfig& own = sequential_of(config);
  std::visit([&](const auto& network) { check_network(network, config); }, own.network);
  if (benchmarks().find(config.mlperf.logged_as) != nullptr)
    throw InputError(fmt::format("model.benchmark is {}, the name of a benchmark with rules of its own",
                                 config.mlperf.logged_as),
                     config.where("model.benchmark"), "choose a name for your network");
  settle_optimizer(config);
  settle_target_kind(config);
  check_metric(config);
  if (!own.target.at_least) own.target.at_least = own.metric != MetricKind::MeanAbsoluteError;
}

std::any resnet50_defaults() {
  SequentialConfig defaults;
  defaults.network = Resnet50Config();
  defaults.loss = LossKind::SoftmaxCrossEntropy;
  defaults.metric = MetricKind::Accuracy;
  return defaults;
}

constexpr BenchmarkTable kSequential{.name = "sequential",
                                     .defaults = [] { return std::any(SequentialConfig()); },
                                     .sections = sections_of,
                                     .settle = settle_own};
constexpr BenchmarkTable kResnet50{
    .name = "resnet50", .defaults = resnet50_defaults, .sections = sections_of, .settle = settle_own};

}  // namespace

const BenchmarkTable& sequential_table() {
  return kSequential;
}

const BenchmarkTable& resnet50_table() {
  return kResnet50;
}

bool takes_classes(LossKind loss) {
  return loss == LossKind::SoftmaxCrossEntropy || loss == LossKind::WeightedPixelCrossEntropy;
}

const char* name_of(MetricKind metric) {
  return name_in(kMetrics, metric);
}

const char* name_of(OptimizerKind optimizer) {
  return name_in(kOptimizers, optimizer);
}

SampleForm sample_form(const DataConfig& data) {
  Integers shape = data.sample_shape;
  if (shape.size() == 2) shape.push_back(1);
  if (shape.size() == 3) shape.insert(shape.begin(), 1);
  const auto first = std::find_if(shape.begin(), shape.begin() + 2, [](std::int64_t n) { return n > 1; });
  return {shape[3], {shape[0], shape[1], shape[2]}, static_cast<std::size_t>(shape.begin() + 3 - first)};
}

std::string to_string(const MetricTarget& target) {
  return fmt::format("{}{}", !target.at_least ? "" : *target.at_least ? ">= " : "<= ", target.value);
}

SequentialConfig& sequential_of(Config& config) {
  return std::any_cast<SequentialConfig&>(config.of_benchmark);
}

const SequentialConfig& sequential_of(const Config& config) {
  return std::any_cast<const SequentialConfig&>(config.of_benchmark);
}

}  // namespace tessera
