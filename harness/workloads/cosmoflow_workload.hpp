#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "harness/config/cosmoflow_config.hpp"
#include "harness/workloads/workload_descriptor.hpp"
#include "io/cosmoflow/cosmoflow_dataset.hpp"
#include "models/cosmoflow.hpp"
#include "models/train/mean_squared_error.hpp"

namespace tessera {

/// CosmoFlow as the configuration has it.
class CosmoflowWorkload final : public Workload {
 public:
  /// seed: of the augmentation. Throws InputError where the network doesn't fit the input.
  CosmoflowWorkload(const Config& config, std::uint64_t seed);

  Graph graph(std::int64_t batch) const override;
  std::string target_name() const override { return "cosmology"; }
  std::int64_t stored_bytes_an_element() const override { return sizeof(std::int16_t); }
  std::int64_t target_channels() const override { return own().target_size; }
  const Loss& loss() const override { return loss_; }
  std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const override;
  std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const override;
  std::int64_t norm_replicas(std::int64_t) const override { return 0; }
  void check(const BatchSize& batch) const override;

  bool keeps_boxes() const override { return own().augment != Augmentation::All; }
  void open_data(DataListing listing, const DataShare& share) override;
  const Dataset& training() const override { return *training_; }
  const Dataset& validation() const override { return *validation_; }
  std::string kept_axes() const override;

  std::optional<std::string> why_open() const override;

  std::unique_ptr<Metric> make_metric() const override;
  std::string metric_name() const override { return "MAE"; }
  std::string metric_column() const override { return "val_mean_absolute_error"; }
  LogKey metric_key() const override;
  double target() const override { return own().target_mae; }
  bool reached(double value) const override;
  void log_hyperparameters(MlLog& log, const BatchSize& batch) const override;

 private:
  const CosmoflowConfig& own() const { return cosmoflow_of(config_); }
  ReferenceSchedule reference_schedule(std::int64_t global_batch) const;
  WarmupSchedule warmup_schedule(std::int64_t global_batch) const;

  Config config_;
  std::uint64_t seed_;
  CosmoflowArchitecture network_;
  MeanSquaredError loss_;
  std::array<bool, 3> split_axes_{};
  bool generated_ = false;  // the data set, or what it was converted of
  std::optional<CosmoflowDataset> training_, validation_;
};

const WorkloadDescriptor& cosmoflow_descriptor();

}  // namespace tessera
