#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tessera {

/// The keys of MLLOG lines that we write or judge; spelt as the MLPerf HPC rules and the published logs of
/// rounds v0.7 to v3.0 spell them. Writer, reader and checker share this one table.
enum class LogKey : std::uint8_t {
  SubmissionOrg,
  SubmissionPlatform,
  SubmissionDivision,
  SubmissionStatus,
  SubmissionBenchmark,
  CacheClear,
  InitStart,
  InitStop,
  StagingStart,
  StagingStop,
  RunStart,
  RunStop,
  RunInterrupted,  // ours, as the next: an interrupted run that went on later has them in place of a run_stop
  RunResumed,
  DataShuffle,  // ours: "local" where replicas draw from the samples of their node alone
  BlockStart,
  BlockStop,
  EpochStart,
  EpochStop,
  EvalStart,
  EvalStop,
  TrainSamples,
  EvalSamples,
  TrainLoss,
  LearningRate,
  EvalLoss,
  EvalError,
  EvalAccuracy,
  NumberOfNodes,
  AcceleratorsPerNode,
  Seed,
  GlobalBatchSize,
  GradientAccumulationSteps,
  GradientAccumulationFrequency,
  LowestNumericalPrecisionInLinear,  // as the next of MLPerf Training's rules, from round 6.0 on
  LowestNumericalPrecisionInComm,
  OptName,
  OptBaseLearningRate,
  OptLearningRateWarmupEpochs,
  OptLearningRateWarmupFactor,
  OptLearningRateDecayBoundaryEpochs,
  OptLearningRateDecayFactor,
  OptWeightDecay,
  Dropout,
  BatchnormGroupSize,
  OptLr,
  OptBetas,
  OptEps,
  OptBiasCorrection,
  OptGradAveraging,
  OptMaxGradNorm,
  SchedulerType,
  SchedulerMilestones,
  SchedulerDecayRate,
  SchedulerTMax,
  SchedulerEtaMin,
  SchedulerLrWarmupSteps,
  SchedulerLrWarmupFactor,
};

struct LogKeyName {
  LogKey key;
  std::string_view name;
};

inline constexpr std::array kLogKeyNames{
    LogKeyName{LogKey::SubmissionOrg, "submission_org"},
    LogKeyName{LogKey::SubmissionPlatform, "submission_platform"},
    LogKeyName{LogKey::SubmissionDivision, "submission_division"},
    LogKeyName{LogKey::SubmissionStatus, "submission_status"},
    LogKeyName{LogKey::SubmissionBenchmark, "submission_benchmark"},
    LogKeyName{LogKey::CacheClear, "cache_clear"},
    LogKeyName{LogKey::InitStart, "init_start"},
    LogKeyName{LogKey::InitStop, "init_stop"},
    LogKeyName{LogKey::StagingStart, "staging_start"},
    LogKeyName{LogKey::StagingStop, "staging_stop"},
    LogKeyName{LogKey::RunStart, "run_start"},
    LogKeyName{LogKey::RunStop, "run_stop"},
    LogKeyName{LogKey::RunInterrupted, "run_interrupted"},
    LogKeyName{LogKey::RunResumed, "run_resumed"},
    LogKeyName{LogKey::DataShuffle, "data_shuffle"},
    LogKeyName{LogKey::BlockStart, "block_start"},
    LogKeyName{LogKey::BlockStop, "block_stop"},
    LogKeyName{LogKey::EpochStart, "epoch_start"},
    LogKeyName{LogKey::EpochStop, "epoch_stop"},
    LogKeyName{LogKey::EvalStart, "eval_start"},
    LogKeyName{LogKey::EvalStop, "eval_stop"},
    LogKeyName{LogKey::TrainSamples, "train_samples"},
    LogKeyName{LogKey::EvalSamples, "eval_samples"},
    LogKeyName{LogKey::TrainLoss, "train_loss"},
    LogKeyName{LogKey::LearningRate, "learning_rate"},
    LogKeyName{LogKey::EvalLoss, "eval_loss"},
    LogKeyName{LogKey::EvalError, "eval_error"},
    LogKeyName{LogKey::EvalAccuracy, "eval_accuracy"},
    LogKeyName{LogKey::NumberOfNodes, "number_of_nodes"},
    LogKeyName{LogKey::AcceleratorsPerNode, "accelerators_per_node"},
    LogKeyName{LogKey::Seed, "seed"},
    LogKeyName{LogKey::GlobalBatchSize, "global_batch_size"},
    LogKeyName{LogKey::GradientAccumulationSteps, "gradient_accumulation_steps"},
    LogKeyName{LogKey::GradientAccumulationFrequency, "gradient_accumulation_frequency"},
    LogKeyName{LogKey::LowestNumericalPrecisionInLinear, "lowest_numerical_precision_in_linear"},
    LogKeyName{LogKey::LowestNumericalPrecisionInComm, "lowest_numerical_precision_in_comm"},
    LogKeyName{LogKey::OptName, "opt_name"},
    LogKeyName{LogKey::OptBaseLearningRate, "opt_base_learning_rate"},
    LogKeyName{LogKey::OptLearningRateWarmupEpochs, "opt_learning_rate_warmup_epochs"},
    LogKeyName{LogKey::OptLearningRateWarmupFactor, "opt_learning_rate_warmup_factor"},
    LogKeyName{LogKey::OptLearningRateDecayBoundaryEpochs, "opt_learning_rate_decay_boundary_epochs"},
    LogKeyName{LogKey::OptLearningRateDecayFactor, "opt_learning_rate_decay_factor"},
    LogKeyName{LogKey::OptWeightDecay, "opt_weight_decay"},
    LogKeyName{LogKey::Dropout, "dropout"},
    LogKeyName{LogKey::BatchnormGroupSize, "batchnorm_group_size"},
    LogKeyName{LogKey::OptLr, "opt_lr"},
    LogKeyName{LogKey::OptBetas, "opt_betas"},
    LogKeyName{LogKey::OptEps, "opt_eps"},
    LogKeyName{LogKey::OptBiasCorrection, "opt_bias_correction"},
    LogKeyName{LogKey::OptGradAveraging, "opt_grad_averaging"},
    LogKeyName{LogKey::OptMaxGradNorm, "opt_max_grad_norm"},
    LogKeyName{LogKey::SchedulerType, "scheduler_type"},
    LogKeyName{LogKey::SchedulerMilestones, "scheduler_milestones"},
    LogKeyName{LogKey::SchedulerDecayRate, "scheduler_decay_rate"},
    LogKeyName{LogKey::SchedulerTMax, "scheduler_t_max"},
    LogKeyName{LogKey::SchedulerEtaMin, "scheduler_eta_min"},
    LogKeyName{LogKey::SchedulerLrWarmupSteps, "scheduler_lr_warmup_steps"},
    LogKeyName{LogKey::SchedulerLrWarmupFactor, "scheduler_lr_warmup_factor"},
};
inline constexpr std::size_t kLogKeys = kLogKeyNames.size();

constexpr std::size_t index_of(LogKey key) {
  return static_cast<std::size_t>(key);
}

/// "submission_org" of LogKey::SubmissionOrg.
constexpr std::string_view name_of(LogKey key) {
  return kLogKeyNames[index_of(key)].name;
}

/// The key of that name, if it is one of ours: logs hold many others.
std::optional<LogKey> find_log_key(std::string_view name);

}  // namespace tessera
