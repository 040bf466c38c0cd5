#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/benchmark_table.hpp"
#include "io/cosmoflow/augmentation.hpp"
#include "models/train/schedule.hpp"

namespace tessera {

enum class ScheduleKind : std::uint8_t { Reference, Steps, Cosine, Constant };

/// Reference: peak = base_lr * scale, scale = (global batch / base_batch_size) or its root; linear from
/// base_lr to the peak over n_warmup_epochs, constant within an epoch; then peak * factor of the last
/// boundary strictly below the epoch. Steps, Cosine, Constant (ours): lr is the peak; it warms up with every
/// step, lr * (step + 1) / (steps of the warm-up). Steps: from epoch e (counted from 0) on, lr *
/// decay_epochs[e]. Cosine: to zero at the end of cosine_epochs.
struct CosmoflowSchedule {
  ScheduleKind schedule = ScheduleKind::Reference;
  double base_lr = 0.0;
  RateScaling scaling = RateScaling::None;
  std::optional<std::int64_t> base_batch_size;
  std::int64_t n_warmup_epochs = 0;
  std::map<std::int64_t, double> decay_schedule;  // epoch -> factor, relative to the peak
  double lr = 0.0;
  std::optional<std::int64_t> n_warmup_steps;   // in place of n_warmup_epochs
  std::map<std::int64_t, double> decay_epochs;  // epoch -> factor, relative to the peak
  std::optional<std::int64_t> cosine_epochs;
};

/// What the sections of a configuration say of CosmoFlow alone: keys, meaning and defaults of the MLPerf HPC
/// reference's cosmo.yaml, and a few of our own.
struct CosmoflowConfig {
  // data
  bool standardize = false;  // ours: (log(1 + x) - mean) / deviation, by channel, from the manifest
  // Ours: random cube symmetries of training samples. As long as no axis is split, KeepSplitAxes is All.
  Augmentation augment = Augmentation::None;
  // model
  std::vector<std::int64_t> input_shape;  // D, H, W, C; data.sample_shape when not given
  std::int64_t kernel_size = 3;
  std::int64_t n_conv_layers = 5;  // each halves D, H, W
  std::int64_t conv_size = 32;     // filters of the first, doubled by each that follows
  std::int64_t fc1_size = 128, fc2_size = 64, target_size = 4;
  double l2 = 0.0;  // on the kernels of the two hidden dense layers: adds the gradient of l2 * sum of
                    // squares; the losses that are reported leave this penalty out
  double dropout = 0.5;
  // optimizer
  double momentum = 0.0;
  CosmoflowSchedule lr_schedule;
  // train
  // The run ends when the mean absolute error of validation is at most this; the benchmark's by default.
  double target_mae = 0;
};

const BenchmarkTable& cosmoflow_table();

/// Of a configuration of CosmoFlow.
CosmoflowConfig& cosmoflow_of(Config& config);
const CosmoflowConfig& cosmoflow_of(const Config& config);

/// Throws InputError unless a cosine decay, if there is one, has steps left after a warm-up that is counted
/// in steps; for a run of CosmoFlow of this global batch size.
void check_warmup_steps(const Config& config, std::int64_t global_batch);

}  // namespace tessera
