#include "harness/workloads/cosmoflow_workload.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/workloads/closed_division.hpp"
#include "io/cosmoflow/cosmoflow_manifest.hpp"
#include "io/dataset/data_origin.hpp"
#include "models/base/error.hpp"
#include "models/train/sgd.hpp"
#include "results/check/rule_tables.hpp"
#include "results/check/rules_cosmoflow.hpp"

namespace tessera {
namespace {

Extents space_of(const std::vector<std::int64_t>& shape) {
  return {shape[0], shape[1], shape[2]};
}

CosmoflowArchitecture network_of(const CosmoflowConfig& model) {
  return {.batch = 1,
          .channels = model.input_shape[3],
          .space = space_of(model.input_shape),
          .conv_layers = static_cast<int>(model.n_conv_layers),
          .kernel = model.kernel_size,
          .conv_size = model.conv_size,
          .fc1 = model.fc1_size,
          .fc2 = model.fc2_size,
          .targets = model.target_size,
          .dropout = model.dropout};
}

ChannelStatistics statistics_of(const Json& manifest, const std::filesystem::path& directory) {
  if (manifest.is_null())
    throw InputError(
        "the data set has no manifest.json, whose statistics standardising needs", directory.string(),
        "name a data set with data.data_dir, or write one there with tessera generate cosmoflow");
  if (!is_generated(manifest))
    throw InputError("the data set was converted, and has no statistics to standardise with",
                     directory.string(), "switch data.standardize off");
  return cosmoflow_statistics(manifest, directory);
}

}  // namespace

CosmoflowWorkload::CosmoflowWorkload(const Config& config, std::uint64_t seed)
    : config_(config),
      seed_(seed),
      network_(network_of(cosmoflow_of(config))),
      loss_(cosmoflow_of(config).target_size) {
  cosmoflow(network_);  // refuses a network that doesn't fit
}

void CosmoflowWorkload::open_data(DataListing listing, const DataShare& share) {
  split_axes_ = share.split_axes;
  CosmoflowDatasetOptions options{.space = network_.space,
                                  .channels = static_cast<int>(network_.channels),
                                  .first_sample = share.samples.train.front().begin,
                                  .standardize = {},
                                  .augmentation = own().augment,
                                  .part = share.part,
                                  .split_axes = share.split_axes,
                                  .seed = seed_,
                                  .cache_bytes = share.cache_bytes / 2};  // of each of the two sets
  const Json manifest = parse_json(listing.manifest);
  generated_ = comes_of_a_generator(manifest);
  if (own().standardize) options.standardize = statistics_of(manifest, listing.directory);
  check_staged_copy(listing, share.samples, share.with_target);
  training_.emplace(first_samples(take_files(listing, kTrain), config_.data.n_train), options);
  options.first_sample = share.samples.validation.front().begin;
  options.augmentation = Augmentation::None;
  validation_.emplace(first_samples(take_files(listing, kValidation), config_.data.n_valid), options);
}

Graph CosmoflowWorkload::graph(std::int64_t batch) const {
  CosmoflowArchitecture network = network_;
  network.batch = batch;
  return cosmoflow(network);
}

std::unique_ptr<Optimizer> CosmoflowWorkload::make_optimizer(ParameterStore& parameters) const {
  return std::make_unique<Sgd>(parameters, own().momentum, own().l2);
}

ReferenceSchedule CosmoflowWorkload::reference_schedule(std::int64_t global_batch) const {
  const CosmoflowSchedule& lr = own().lr_schedule;
  return {{.base_rate = lr.base_lr,
           .scaling = lr.scaling,
           .base_batch_size = lr.base_batch_size.value_or(1),
           .warmup_epochs = lr.n_warmup_epochs,
           .decays = decays_of(lr.decay_schedule)},
          global_batch};
}

WarmupSchedule CosmoflowWorkload::warmup_schedule(std::int64_t global_batch) const {
  const std::int64_t steps = config_.data.n_train / global_batch;
  return {warmup_settings(own().lr_schedule, steps), steps};
}

std::unique_ptr<Schedule> CosmoflowWorkload::make_schedule(std::int64_t global_batch) const {
  if (own().lr_schedule.schedule == ScheduleKind::Reference)
    return std::make_unique<ReferenceSchedule>(reference_schedule(global_batch));
  return std::make_unique<WarmupSchedule>(warmup_schedule(global_batch));
}

void CosmoflowWorkload::check(const BatchSize& batch) const {
  check_warmup_steps(config_, own().lr_schedule, batch.global);
}

std::string CosmoflowWorkload::kept_axes() const {
  constexpr std::array kAxes{'D', 'H', 'W'};
  std::string kept;
  for (std::size_t axis = 0; axis < kAxes.size(); ++axis)
    if (split_axes_[axis] && own().augment == Augmentation::KeepSplitAxes) kept += kAxes[axis];
  return kept.empty() ? "none" : kept;
}

// The first thing in which the run differs from what the closed division fixes. Batch, dropout, L2 and the
// numbers of the reference's schedule are free there.
std::optional<std::string> CosmoflowWorkload::why_open() const {
  if (const auto why = why_data_are_open(cosmoflow_benchmark(), generated_, *this)) return why;
  const CosmoflowArchitecture closed;
  if (network_.space != closed.space || network_.channels != closed.channels)
    return "samples of another shape";
  if (network_.conv_layers != closed.conv_layers || network_.kernel != closed.kernel ||
      network_.conv_size != closed.conv_size || network_.fc1 != closed.fc1 || network_.fc2 != closed.fc2)
    return "another network";
  if (own().standardize || own().augment != Augmentation::None) return "other preprocessing";
  if (own().lr_schedule.schedule != ScheduleKind::Reference) return "another kind of learning-rate schedule";
  if (own().momentum != kCosmoflowMomentum) return "another momentum";
  if (target() != cosmoflow_benchmark().rules->target.target) return "another target";
  return std::nullopt;
}

LogKey CosmoflowWorkload::metric_key() const {
  return cosmoflow_benchmark().rules->target.each.key;
}

bool CosmoflowWorkload::reached(double value) const {
  return cosmoflow_benchmark().rules->target.reaches(value, target());
}

std::unique_ptr<Metric> CosmoflowWorkload::make_metric() const {
  return std::make_unique<MeanAbsoluteError>(own().target_size);
}

void CosmoflowWorkload::log_hyperparameters(MlLog& log, const BatchSize& batch) const {
  const ScheduleSummary schedule = own().lr_schedule.schedule == ScheduleKind::Reference
                                       ? reference_schedule(batch.global).summary()
                                       : warmup_schedule(batch.global).summary();
  log.event(LogKey::OptName, "sgd");
  log.event(LogKey::OptBaseLearningRate, schedule.base_learning_rate);
  log.event(LogKey::OptLearningRateWarmupEpochs, schedule.warmup_epochs);
  log.event(LogKey::OptLearningRateWarmupFactor, schedule.warmup_factor);
  log.event(LogKey::OptLearningRateDecayBoundaryEpochs, schedule.decay_boundary_epochs);
  log.event(LogKey::OptLearningRateDecayFactor, schedule.decay_factors);
  log.event(LogKey::OptWeightDecay, own().l2);
  log.event(LogKey::Dropout, own().dropout);
}

const WorkloadDescriptor& cosmoflow_descriptor() {
  static const WorkloadDescriptor descriptor{
      .name = cosmoflow_table().name,
      .table = cosmoflow_table(),
      .benchmark = &cosmoflow_benchmark(),
      .make = [](const Config& config, std::uint64_t seed) -> std::unique_ptr<Workload> {
        return std::make_unique<CosmoflowWorkload>(config, seed);
      }};
  return descriptor;
}

}  // namespace tessera
