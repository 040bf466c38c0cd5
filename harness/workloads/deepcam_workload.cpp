#include "harness/workloads/deepcam_workload.hpp"

#include <fmt/core.h>

#include "io/dataset/data_origin.hpp"
#include "models/base/error.hpp"
#include "models/train/adam.hpp"
#include "models/train/intersection_over_union.hpp"
#include "models/train/lamb.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kClosedTraining = 121266, kClosedValidation = 15158;
constexpr double kClosedEpsilon = 1e-6, kClosedTarget = 0.82;
constexpr double kMaxGradientNorm = 1;  // of LAMB; the rules fix it

DeepCamConfig network_of(const Config& config) {
  const std::vector<std::int64_t>& shape = config.data.sample_shape;
  return {.channels = static_cast<std::int64_t>(config.deepcam.channels.size()),
          .height = shape[0],
          .width = shape[1],
          .classes = static_cast<std::int64_t>(kDeepcamClasses),
          .width_factor = config.deepcam.width_factor,
          .middle_blocks = static_cast<int>(config.deepcam.middle_blocks)};
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
  DeepCamConfig network = network_;
  network.batch = batch;
  return deepcam(network);
}

MomentSettings DeepcamWorkload::moments() const {
  const DeepcamConfig& deepcam = config_.deepcam;
  return {.beta1 = deepcam.betas[0],
          .beta2 = deepcam.betas[1],
          .epsilon = deepcam.eps,
          .weight_decay = deepcam.weight_decay};
}

std::unique_ptr<Optimizer> DeepcamWorkload::make_optimizer(ParameterStore& parameters) const {
  switch (config_.deepcam.optimizer) {
    case MomentOptimizer::Adam:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::InGradient);
    case MomentOptimizer::AdamW:
      return std::make_unique<Adam>(parameters, moments(), WeightDecay::Decoupled);
    default:
      return std::make_unique<Lamb>(parameters, moments(), kMaxGradientNorm);
  }
}

StepSchedule::Settings DeepcamWorkload::schedule() const {
  const DeepcamSchedule& lr = config_.deepcam.lr_schedule;
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
  return config_.deepcam.batchnorm_group_size > 0 ? config_.deepcam.batchnorm_group_size : replicas;
}

void DeepcamWorkload::check(const BatchSize& batch) const {
  if (const std::int64_t group = norm_replicas(batch.replicas()); batch.replicas() % group != 0)
    throw InputError(fmt::format("model.batchnorm_group_size is {}, which doesn't divide {} replica{}", group,
                                 batch.replicas(), batch.replicas() == 1 ? "" : "s"),
                     config_.where("model.batchnorm_group_size"),
                     "set it to a divisor of the replicas, or to 0 for statistics over all of them");
}

void DeepcamWorkload::open_data(DataListing listing, const DataShare& share) {
  const std::vector<std::int64_t>& channels = config_.deepcam.channels;
  DeepcamDatasetOptions options{.space = {1, network_.height, network_.width},
                                .channels = {channels.begin(), channels.end()},
                                .first_sample = share.samples.train.front().begin,
                                .part = share.part,
                                .cache_bytes = share.cache_bytes / 2};  // of each of the two sets
  generated_ = comes_of_a_generator(Json::parse(listing.manifest));
  check_staged_copy(listing, share.samples, share.with_target);
  training_.emplace(first_samples(take_files(listing, kTrain), config_.data.n_train), options);
  options.first_sample = share.samples.validation.front().begin;
  validation_.emplace(first_samples(take_files(listing, kValidation), config_.data.n_valid), options);
}

// The first thing in which the run differs from what the closed division fixes. Batch, optimizer, its rates
// and its schedule are free there.
std::optional<std::string> DeepcamWorkload::why_open() const {
  if (generated_) return "the data set is generated";
  if (training_->size() != kClosedTraining || validation_->size() != kClosedValidation)
    return fmt::format("{} + {} samples, where the closed division has {} + {}", training_->size(),
                       validation_->size(), kClosedTraining, kClosedValidation);
  const DeepCamConfig closed;
  if (network_.height != closed.height || network_.width != closed.width) return "samples of another shape";
  if (config_.deepcam.channels != DeepcamConfig().channels) return "other channels";
  if (network_.width_factor != closed.width_factor || network_.middle_blocks != closed.middle_blocks)
    return "another network";
  if (config_.deepcam.eps != kClosedEpsilon) return "another epsilon of the optimizer";
  if (target() != kClosedTarget) return "another target";
  if (config_.train.seed == 0) return "a seed of 0";
  return std::nullopt;
}

std::unique_ptr<Metric> DeepcamWorkload::make_metric() const {
  return std::make_unique<IntersectionOverUnion>(network_.classes);
}

// In the order of the reference's own log.
void DeepcamWorkload::log_hyperparameters(MlLog& log, const BatchSize& batch) const {
  const DeepcamConfig& deepcam = config_.deepcam;
  log.event(LogKey::BatchnormGroupSize, norm_replicas(batch.replicas()));
  log.event(LogKey::OptName, name_of(deepcam.optimizer));
  log.event(LogKey::OptLr, deepcam.lr_schedule.start_lr);
  log.event(LogKey::OptBetas, deepcam.betas);
  log.event(LogKey::OptEps, deepcam.eps);
  log.event(LogKey::OptWeightDecay, deepcam.weight_decay);
  if (deepcam.optimizer == MomentOptimizer::Lamb) {
    log.event(LogKey::OptBiasCorrection, true);
    log.event(LogKey::OptGradAveraging, true);
    log.event(LogKey::OptMaxGradNorm, kMaxGradientNorm);
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

}  // namespace tessera
