#pragma once

#include <cstdint>
#include <optional>

#include "harness/config/deepcam_config.hpp"
#include "harness/workloads/workload_descriptor.hpp"
#include "io/deepcam/deepcam_dataset.hpp"
#include "models/deepcam.hpp"
#include "models/train/moments.hpp"
#include "models/train/step_schedule.hpp"
#include "models/train/weighted_cross_entropy.hpp"

namespace tessera {

/// DeepCAM as the configuration has it.
class DeepcamWorkload final : public Workload, public SamplePrediction {
 public:
  /// Throws InputError where the network doesn't fit the input.
  explicit DeepcamWorkload(const Config& config);

  Graph graph(std::int64_t batch) const override;
  std::string target_name() const override { return "labels"; }
  std::int64_t target_channels() const override { return 1; }  // the class of each pixel
  std::int64_t target_classes() const override { return network_.classes; }
  const Loss& loss() const override { return loss_; }
  std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const override;
  std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const override;
  std::int64_t norm_replicas(std::int64_t replicas) const override;
  void check(const BatchSize& batch) const override;

  bool keeps_boxes() const override { return true; }
  void open_data(DataListing listing, const DataShare& share) override;
  const Dataset& training() const override { return *training_; }
  const Dataset& validation() const override { return *validation_; }
  std::string kept_axes() const override { return "none"; }

  std::optional<std::string> why_open() const override;

  std::unique_ptr<Metric> make_metric() const override;
  std::string metric_name() const override { return "IoU"; }
  std::string metric_column() const override { return "val_intersection_over_union"; }
  LogKey metric_key() const override;
  double target() const override { return own().target_iou; }
  bool reached(double value) const override;
  void log_hyperparameters(MlLog& log, const BatchSize& batch) const override;

  const SamplePrediction* sample_prediction() const override { return this; }
  std::unique_ptr<Dataset> samples_in(SampleFiles files) const override;

 private:
  const DeepcamConfig& own() const { return deepcam_of(config_); }
  DeepcamDatasetOptions form_of_samples() const;
  MomentSettings moments() const;
  StepSchedule::Settings schedule() const;

  Config config_;
  DeepcamArchitecture network_;
  WeightedCrossEntropy loss_;
  bool generated_ = false;  // the data set, or what it was converted of
  std::optional<DeepcamDataset> training_, validation_;
};

const WorkloadDescriptor& deepcam_descriptor();

}  // namespace tessera
