#include "harness/workloads/deepcam_workload.hpp"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "harness/workloads/closed_division.hpp"
#include "io/dataset/data_origin.hpp"
#include "models/base/error.hpp"
#include "models/train/adam.hpp"
#include "models/train/intersection_over_union.hpp"
#include "models/train/lamb.hpp"
#include "results/check/rule_tables.hpp"
#include "results/check/rules_deepcam.hpp"

namespace tessera {
namespace {

DeepcamArchitecture network_of(const Config& config) {
  const std::vector<std::int64_t>& shape = config.data.sample_shape;
  return {.channels = static_cast<std::int64_t>(deepcam_of(config).channels.size()),
          .height = shape[0],
          .width = shape[1],
          .classes = static_cast<std::int64_t>(kDeepcamClasses),
          .width_factor = deepcam_of(config).width_factor,
          .middle_blocks = static_cast<int>(deepcam_of(config).middle_blocks)};
}

const char* name_of(MomentOptimizer optimizer) {
  switch (optimizer) {
    case MomentOptimizer::Adam:
      return "Adam";
    case MomentOptimizer::AdamW:
      return "AdamW";
    default:
      return "LAMB";
  }
}

}  // namespace

DeepcamWorkload::DeepcamWorkload(const Config& config)
    : config_(config),
      network_(network_of(config)),
      loss_(deepcam_class_weights(), network_.height * network_.width) {
  deepcam(network_);  // refuses a network that doesn't fit
}

Graph DeepcamWorkload::graph(std::int64_t batch) const {
  DeepcamArchitecture network = network_;
  network.batch = batch;
  return deepcam(network);
}

MomentSettings DeepcamWorkload::moments() const {
  const DeepcamConfig& deepcam = own();
  return {.beta1 = deepcam.betas[0],
          .beta2 = deepcam.betas[1],
          .epsilon = deepcam.eps,
          .weight_decay = deepcam.weight_decay};
}

std::unique_ptr<Optimizer> DeepcamWorkload::make_optimizer(ParameterStore& parameters) const {
  switch (own().optimizer) {
    case MomentOptimizer::Adam:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::InGradient);
    case MomentOptimizer::AdamW:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::Decoupled);
    default:
      return std::make_unique<Lamb>(parameters, moments(), kDeepcamMaxGradientNorm);
  }
}

StepSchedule::Settings DeepcamWorkload::schedule() const {
  const DeepcamSchedule& lr = own().lr_schedule;
  StepSchedule::Settings settings{.start_rate = lr.start_lr,
                                  .warmup_steps = lr.lr_warmup_steps,
                                  .warmup_factor = lr.lr_warmup_factor,
                                  .milestones = lr.milestones.value_or(std::vector<std::int64_t>{}),
                                  .t_max = lr.t_max.value_or(0),
                                  .eta_min = lr.eta_min.value_or(0)};
  if (lr.decay_rate) settings.decay_rate = *lr.decay_rate;
  return settings;
}

std::unique_ptr<Schedule> DeepcamWorkload::make_schedule(std::int64_t global_batch) const {
  return std::make_unique<StepSchedule>(schedule(), config_.data.n_train / global_batch);
}

std::int64_t DeepcamWorkload::norm_replicas(std::int64_t replicas) const {
  return own().batchnorm_group_size > 0 ? own().batchnorm_group_size : replicas;
}

void DeepcamWorkload::check(const BatchSize& batch) const {
  if (const std::int64_t group = norm_replicas(batch.replicas()); batch.replicas() % group != 0)
    throw InputError(fmt::format("model.batchnorm_group_size is {}, which doesn't divide {} replica{}", group,
                                 batch.replicas(), batch.replicas() == 1 ? "" : "s"),
                     config_.where("model.batchnorm_group_size"),
                     "set it to a divisor of the replicas, or to 0 for statistics over all of them");
}

DeepcamDatasetOptions DeepcamWorkload::form_of_samples() const {
  const std::vector<std::int64_t>& channels = own().channels;
  return {.space = {1, network_.height, network_.width}, .channels = {channels.begin(), channels.end()}};
}

void DeepcamWorkload::open_data(DataListing listing, const DataShare& share) {
  DeepcamDatasetOptions options = form_of_samples();
  options.first_sample = share.samples.train.front().begin;
  options.part = share.part;
  options.cache_bytes = share.cache_bytes / 2;  // of each of the two sets
  generated_ = comes_of_a_generator(parse_json(listing.manifest));
  check_staged_copy(listing, share.samples, share.with_target);
  training_.emplace(first_samples(take_files(listing, kTrain), config_.data.n_train), options);
  options.first_sample = share.samples.validation.front().begin;
  validation_.emplace(first_samples(take_files(listing, kValidation), config_.data.n_valid), options);
}

// The first thing in which the run differs from what the closed division fixes. Batch, optimizer, its rates
// and its schedule are free there.
std::optional<std::string> DeepcamWorkload::why_open() const {
  if (const auto why = why_data_are_open(deepcam_benchmark(), generated_, *this)) return why;
  const DeepcamArchitecture closed;
  if (network_.height != closed.height || network_.width != closed.width) return "samples of another shape";
  if (own().channels != DeepcamConfig().channels) return "other channels";
  if (network_.width_factor != closed.width_factor || network_.middle_blocks != closed.middle_blocks)
    return "another network";
  if (own().eps != kDeepcamEpsilon) return "another epsilon of the optimizer";
  if (target() != deepcam_benchmark().rules->target.target) return "another target";
  if (config_.train.seed == 0) return "a seed of 0";
  return std::nullopt;
}

LogKey DeepcamWorkload::metric_key() const {
  return deepcam_benchmark().rules->target.each.key;
}

bool DeepcamWorkload::reached(double value) const {
  return deepcam_benchmark().rules->target.reaches(value, target());
}

std::unique_ptr<Metric> DeepcamWorkload::make_metric() const {
  return std::make_unique<IntersectionOverUnion>(network_.classes);
}

// In the order of the reference's own log.
void DeepcamWorkload::log_hyperparameters(MlLog& log, const BatchSize& batch) const {
  const DeepcamConfig& deepcam = own();
  log.event(LogKey::BatchnormGroupSize, norm_replicas(batch.replicas()));
  log.event(LogKey::OptName, name_of(deepcam.optimizer));
  log.event(LogKey::OptLr, deepcam.lr_schedule.start_lr);
  log.event(LogKey::OptBetas, deepcam.betas);
  log.event(LogKey::OptEps, deepcam.eps);
  log.event(LogKey::OptWeightDecay, deepcam.weight_decay);
  if (deepcam.optimizer == MomentOptimizer::Lamb) {
    log.event(LogKey::OptBiasCorrection, true);
    log.event(LogKey::OptGradAveraging, true);
    log.event(LogKey::OptMaxGradNorm, kDeepcamMaxGradientNorm);
  }
  const StepSchedule::Settings lr = schedule();
  log.event(LogKey::SchedulerLrWarmupSteps, lr.warmup_steps);
  log.event(LogKey::SchedulerLrWarmupFactor, lr.warmup_factor);
  if (deepcam.lr_schedule.type == StepScheduleKind::CosineAnnealing) {
    log.event(LogKey::SchedulerType, "cosine_annealing");
    log.event(LogKey::SchedulerTMax, lr.t_max);
    log.event(LogKey::SchedulerEtaMin, lr.eta_min);
  } else {
    log.event(LogKey::SchedulerType, "multistep");
    log.event(LogKey::SchedulerMilestones, lr.milestones);
    log.event(LogKey::SchedulerDecayRate, lr.decay_rate);
  }
}

std::unique_ptr<Dataset> DeepcamWorkload::samples_in(SampleFiles files) const {
  DeepcamDatasetOptions options = form_of_samples();
  options.cache_bytes = 0;
  return std::make_unique<DeepcamDataset>(std::move(files), options);
}

const WorkloadDescriptor& deepcam_descriptor() {
  static const WorkloadDescriptor descriptor{
      .name = deepcam_table().name,
      .table = deepcam_table(),
      .benchmark = &deepcam_benchmark(),
      .make = [](const Config& config, std::uint64_t) -> std::unique_ptr<Workload> {
        return std::make_unique<DeepcamWorkload>(config);
      }};
  return descriptor;
}

}  // namespace tessera
