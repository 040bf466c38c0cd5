#include "harness/workloads/sequential_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/workloads/sequential_targets.hpp"
#include "io/arrays/array_dataset.hpp"
#include "models/base/error.hpp"
#include "models/resnet50.hpp"
#include "models/train/accuracy.hpp"
#include "models/train/adam.hpp"
#include "models/train/intersection_over_union.hpp"
#include "models/train/lamb.hpp"
#include "models/train/mean_squared_error.hpp"
#include "models/train/sgd.hpp"
#include "models/train/sigmoid_cross_entropy.hpp"
#include "models/train/weighted_cross_entropy.hpp"

namespace tessera {
namespace {

using TargetKind = ArrayTarget::Kind;

std::string text_of(const Shape& answer) {
  return fmt::format("{}x{}x{}x{}", answer.space.d, answer.space.h, answer.space.w, answer.c);
}

Graph network_of(const std::vector<sequential::Layer>& layers, const SampleForm& form, std::int64_t batch) {
  return sequential_network(
      {.batch = batch, .channels = form.channels, .space = form.space, .axes = form.axes, .layers = layers});
}

Graph network_of(const Resnet50Config& network, const SampleForm& form, std::int64_t batch) {
  return resnet50({.batch = batch,
                   .channels = form.channels,
                   .height = form.space.h,
                   .width = form.space.w,
                   .classes = network.classes,
                   .filters = network.filters});
}

std::unique_ptr<Workload> make_sequential(const Config& config, std::uint64_t) {
  return std::make_unique<SequentialWorkload>(config);
}

}  // namespace

SequentialWorkload::SequentialWorkload(const Config& config)
    : config_(config), form_(sample_form(config.data)) {
  const Graph network = graph(1);  // refuses layers that don't fit
  answer_ = network.shape(network.output());
  const std::vector<ParameterSpec> parameters = network.parameters();
  if (parameters.empty())
    throw InputError("no layer of the network has weights, so there is nothing to train",
                     config_.where("model.layers"), "add a convolution or a dense layer");
  normalizes_ = !std::ranges::all_of(parameters, &ParameterSpec::trained);  // statistics aren't
  check_answer();
  loss_ = make_loss();
}

Graph SequentialWorkload::graph(std::int64_t batch) const {
  return std::visit([&](const auto& network) { return network_of(network, form_, batch); }, own().network);
}

// What comes out at the end against what is known of each sample.
void SequentialWorkload::check_answer() const {
  const auto refuse = [&](const std::string& problem, const char* key, const std::string& fix) {
    throw InputError(fmt::format("the network answers with {}, and {}", text_of(answer_), problem),
                     config_.where(key), fix);
  };
  const TargetKind kind = *own().target_kind;
  const bool over_space = answer_.space == form_.space && form_.space != Extents{};
  if ((kind == TargetKind::Class || kind == TargetKind::Vector) && !is_flat())
    refuse("data.target is one for each sample", "model.layers",
           "end with flatten and dense layers, or set data.target to map");
  if (kind == TargetKind::Map && !over_space)
    refuse(fmt::format("data.target is a map over {}x{}x{}", form_.space.d, form_.space.h, form_.space.w),
           "model.layers", "let the last layer have the sample's extents");
  if (kind == TargetKind::Input && answer_count() != form_.channels * form_.space.count())
    refuse(fmt::format("the input it should be has {} numbers", form_.channels * form_.space.count()),
           "model.layers", "let the last layer have as many");
  if (kind == TargetKind::Input && !is_flat() && (!over_space || answer_.c != form_.channels))
    refuse("the input it should be is of another shape", "model.layers",
           "let the last layer have the sample's extents and channels, or flatten it");
  if (takes_classes(own().loss) && answer_.c < 2)
    refuse("the loss is over two classes or more", "model.layers", "let the last layer have one for each");
  if (own().loss == LossKind::WeightedPixelCrossEntropy &&
      static_cast<std::int64_t>(own().class_weights.size()) != answer_.c)
    refuse(fmt::format("model.class_weights has {} numbers", own().class_weights.size()),
           "model.class_weights", "give one for each class");
  if (own().metric == MetricKind::TopFive && answer_.c < 6)
    refuse("of so few classes all are among the first five", "model.metric", "choose accuracy");
}

std::unique_ptr<Loss> SequentialWorkload::make_loss() const {
  switch (own().loss) {
    case LossKind::MeanSquaredError:
      return std::make_unique<MeanSquaredError>(answer_count());
    case LossKind::SumOfSquaredErrors:  // the same, divided by nothing
      return std::make_unique<MeanSquaredError>(1);
    case LossKind::SigmoidCrossEntropy:
      return std::make_unique<SigmoidCrossEntropy>(answer_count());
    case LossKind::SoftmaxCrossEntropy:  // all classes weigh alike
      return std::make_unique<WeightedCrossEntropy>(
          std::vector<double>(static_cast<std::size_t>(answer_.c), 1.0), answer_.space.count());
    case LossKind::WeightedPixelCrossEntropy:
      break;
  }
  return std::make_unique<WeightedCrossEntropy>(own().class_weights, answer_.space.count());
}

std::int64_t SequentialWorkload::target_channels() const {
  return takes_classes(own().loss) ? 1 : answer_.c;
}

MomentSettings SequentialWorkload::moments() const {
  return {.beta1 = own().betas->at(0),
          .beta2 = own().betas->at(1),
          .epsilon = *own().eps,
          .weight_decay = *own().weight_decay};
}

std::unique_ptr<Optimizer> SequentialWorkload::make_optimizer(ParameterStore& parameters) const {
  switch (own().optimizer) {
    case OptimizerKind::Sgd:
      return std::make_unique<Sgd>(parameters, *own().momentum, 0.0,
                                   *own().nesterov ? Momentum::Nesterov : Momentum::Plain);
    case OptimizerKind::Adam:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::InGradient);
    case OptimizerKind::AdamW:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::Decoupled);
    case OptimizerKind::Lamb:
      break;
  }
  return std::make_unique<Lamb>(parameters, moments());
}

WarmupSchedule SequentialWorkload::schedule(std::int64_t global_batch) const {
  const std::int64_t steps = config_.data.n_train / global_batch;
  return {warmup_settings(own().lr_schedule, steps), steps};
}

std::unique_ptr<Schedule> SequentialWorkload::make_schedule(std::int64_t global_batch) const {
  return std::make_unique<WarmupSchedule>(schedule(global_batch));
}

std::int64_t SequentialWorkload::norm_replicas(std::int64_t replicas) const {
  if (!normalizes_) return 0;
  return own().batchnorm_group_size > 0 ? own().batchnorm_group_size : replicas;
}

void SequentialWorkload::check(const BatchSize& batch) const {
  check_warmup_steps(config_, own().lr_schedule, batch.global);
  if (const std::int64_t group = norm_replicas(batch.replicas()); group > 0 && batch.replicas() % group != 0)
    throw InputError(fmt::format("model.batchnorm_group_size is {}, which doesn't divide {} replica{}", group,
                                 batch.replicas(), batch.replicas() == 1 ? "" : "s"),
                     config_.where("model.batchnorm_group_size"),
                     "set it to a divisor of the replicas, or to 0 for statistics over all of them");
}

ArrayTarget SequentialWorkload::stored_target() const {
  const TargetKind kind = *own().target_kind;
  switch (kind) {
    case TargetKind::Class:
      return {kind, 1, std::max<std::int64_t>(answer_.c, 2)};  // one answer is yes or no
    case TargetKind::Map:
      return takes_classes(own().loss) ? ArrayTarget{kind, 1, answer_.c} : ArrayTarget{kind, answer_.c, 0};
    case TargetKind::Vector:
      return {kind, answer_.c, 0};
    case TargetKind::Input:
      break;
  }
  return {kind, form_.channels, 0};
}

std::unique_ptr<const Dataset> SequentialWorkload::samples_of(SampleFiles files, std::int64_t samples,
                                                              std::int64_t first,
                                                              const DataShare& share) const {
  const SequentialConfig& data = own();
  auto stored = std::make_unique<ArrayDataset>(
      std::move(files),
      ArrayDatasetOptions{.space = form_.space,
                          .channels = form_.channels,
                          .target = stored_target(),
                          .scaling = {data.divide_by, data.mean, data.deviation},
                          .samples = samples,
                          .first_sample = first,
                          .part = answers_with_flat_input() ? std::nullopt : std::optional(share.with_target),
                          .cache_bytes = share.cache_bytes / 2});  // of each of the two sets
  if (*data.target_kind == TargetKind::Class && target_channels() > 1)
    return std::make_unique<ShapedTargets>(std::move(stored), ShapedTargets::Form::OneHot,
                                           Layout{1, 1, Box::whole({})});
  if (answers_with_flat_input())
    return std::make_unique<ShapedTargets>(std::move(stored), ShapedTargets::Form::Flat,
                                           Layout{1, form_.channels, Box::whole(form_.space)});
  return stored;
}

void SequentialWorkload::open_data(DataListing listing, const DataShare& share) {
  check_staged_copy(listing, drawn_files(listing, share.samples, config_.data.n_train, config_.data.n_valid),
                    share.with_target);
  training_ =
      samples_of(take_files(listing, kTrain), config_.data.n_train, share.samples.train.front().begin, share);
  validation_ = samples_of(take_files(listing, kValidation), config_.data.n_valid,
                           share.samples.validation.front().begin, share);
}

std::unique_ptr<Metric> SequentialWorkload::make_metric() const {
  const bool logits = own().loss == LossKind::SigmoidCrossEntropy;
  const bool one_of_many =
      takes_classes(own().loss) || (*own().target_kind == TargetKind::Class && answer_.c > 1);
  switch (own().metric) {
    case MetricKind::MeanAbsoluteError:
      return std::make_unique<MeanAbsoluteError>(answer_.c);
    case MetricKind::Accuracy:
      if (one_of_many) return std::make_unique<TopAccuracy>(1);
      return std::make_unique<BinaryAccuracy>(logits ? 0 : 0.5);
    case MetricKind::TopFive:
      return std::make_unique<TopAccuracy>(5);
    case MetricKind::IntersectionOverUnion:
      break;
  }
  return std::make_unique<IntersectionOverUnion>(answer_.c);
}

std::string SequentialWorkload::metric_name() const {
  switch (own().metric) {
    case MetricKind::MeanAbsoluteError:
      return "MAE";
    case MetricKind::Accuracy:
      return "accuracy";
    case MetricKind::TopFive:
      return "top-5 accuracy";
    case MetricKind::IntersectionOverUnion:
      break;
  }
  return "IoU";
}

std::string SequentialWorkload::metric_column() const {
  return fmt::format("val_{}", name_of(own().metric));
}

LogKey SequentialWorkload::metric_key() const {
  return own().metric == MetricKind::MeanAbsoluteError ? LogKey::EvalError : LogKey::EvalAccuracy;
}

void SequentialWorkload::log_hyperparameters(MlLog& log, const BatchSize& batch) const {
  log.event(LogKey::Target, to_string(own().target), {{"metric", name_of(metric_key())}});
  const ScheduleSummary summary = schedule(batch.global).summary();
  log.event(LogKey::OptName, name_of(own().optimizer));
  log.event(LogKey::OptBaseLearningRate, summary.base_learning_rate);
  log.event(LogKey::OptLearningRateWarmupEpochs, summary.warmup_epochs);
  log.event(LogKey::OptLearningRateWarmupFactor, summary.warmup_factor);
  log.event(LogKey::OptLearningRateDecayBoundaryEpochs, summary.decay_boundary_epochs);
  log.event(LogKey::OptLearningRateDecayFactor, summary.decay_factors);
  log.event(LogKey::OptWeightDecay, own().weight_decay.value_or(0));
  if (own().optimizer != OptimizerKind::Sgd) {
    log.event(LogKey::OptBetas, *own().betas);
    log.event(LogKey::OptEps, *own().eps);
  }
  if (const std::int64_t group = norm_replicas(batch.replicas()); group > 0)
    log.event(LogKey::BatchnormGroupSize, group);
}

const WorkloadDescriptor& sequential_descriptor() {
  static const WorkloadDescriptor descriptor{.name = sequential_table().name,
                                             .table = sequential_table(),
                                             .benchmark = nullptr,
                                             .make = make_sequential};
  return descriptor;
}

const WorkloadDescriptor& resnet50_descriptor() {
  static const WorkloadDescriptor descriptor{.name = resnet50_table().name,
                                             .table = resnet50_table(),
                                             .benchmark = nullptr,
                                             .make = make_sequential};
  return descriptor;
}

}  // namespace tessera
