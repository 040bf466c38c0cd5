#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "harness/config/sequential_config.hpp"
#include "harness/workloads/workload_descriptor.hpp"
#include "models/train/moments.hpp"

namespace tessera {

/// A network that is trained on the user's own samples, described in layers or ResNet-50, and what it is to
/// answer.
class SequentialWorkload final : public Workload {
 public:
  /// Throws InputError where a layer doesn't fit what comes before it, or the network's answer isn't what
  /// loss, metric and target are about.
  explicit SequentialWorkload(const Config& config);

  Graph graph(std::int64_t batch) const override;
  std::string target_name() const override { return "y"; }
  std::int64_t target_channels() const override;
  std::int64_t target_classes() const override { return takes_classes(own().loss) ? answer_.c : 0; }
  const Loss& loss() const override { return *loss_; }
  std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const override;
  std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const override;
  std::int64_t norm_replicas(std::int64_t replicas) const override;
  void check(const BatchSize& batch) const override;
  double target() const override { return own().target.value; }
  bool reached(double value) const override { return own().target.reached_by(value); }

  bool keeps_boxes() const override { return !answers_with_flat_input(); }
  bool reads_packs() const override { return true; }
  void open_data(DataListing listing, const DataShare& share) override;
  const Dataset& training() const override { return *training_; }
  const Dataset& validation() const override { return *validation_; }
  std::string kept_axes() const override { return "none"; }

  std::optional<std::string> why_open() const override { return "a network of one's own"; }
  std::unique_ptr<Metric> make_metric() const override;
  std::string metric_name() const override;
  std::string metric_column() const override;
  LogKey metric_key() const override;
  void log_hyperparameters(MlLog& log, const BatchSize& batch) const override;

 private:
  const SequentialConfig& own() const { return sequential_of(config_); }
  bool is_flat() const { return answer_.space == Extents{}; }
  /// Then each process reads all of a sample, whatever the part that its network reads.
  bool answers_with_flat_input() const { return *own().target_kind == ArrayTarget::Kind::Input && is_flat(); }
  std::int64_t answer_count() const { return answer_.c * answer_.space.count(); }
  void check_answer() const;
  std::unique_ptr<Loss> make_loss() const;
  ArrayTarget stored_target() const;
  std::unique_ptr<const Dataset> samples_of(SampleFiles files, std::int64_t samples, std::int64_t first,
                                            const DataShare& share) const;
  MomentSettings moments() const;
  WarmupSchedule schedule(std::int64_t global_batch) const;

  Config config_;
  SampleForm form_;
  Shape answer_;  // of one sample
  bool normalizes_;
  std::unique_ptr<Loss> loss_;
  std::unique_ptr<const Dataset> training_, validation_;
};

const WorkloadDescriptor& sequential_descriptor();
const WorkloadDescriptor& resnet50_descriptor();

}  // namespace tessera
