#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/benchmark_table.hpp"
#include "harness/config/warmup_config.hpp"
#include "io/cosmoflow/augmentation.hpp"

namespace tessera {

/// Reference: peak = base_lr * scale, scale = (global batch / base_batch_size) or its root; linear from
/// base_lr to the peak over n_warmup_epochs, constant within an epoch; then peak * factor of the last
/// boundary strictly below the epoch. The other kinds are ours: see warmup_config.hpp.
struct CosmoflowSchedule : WarmupConfig {
  double base_lr = 0.0;
  RateScaling scaling = RateScaling::None;
  std::optional<std::int64_t> base_batch_size;
  std::map<std::int64_t, double> decay_schedule;  // epoch -> factor, relative to the peak

  CosmoflowSchedule() { schedule = ScheduleKind::Reference; }
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

}  // namespace tessera
