#include "harness/third/brightness_workload.hpp"

#include <optional>

#include "harness/third/brightness_config.hpp"
#include "harness/third/brightness_rules.hpp"
#include "harness/workloads/closed_division.hpp"
#include "models/base/random.hpp"
#include "models/layers/layers.hpp"
#include "models/train/mean_squared_error.hpp"
#include "models/train/sgd.hpp"
#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

/// Pictures of one channel; of each the same wherever it is made.
class Pictures final : public Dataset {
 public:
  Pictures(std::uint64_t seed, std::int64_t count, Extents space)
      : seed_(seed), count_(count), space_(space) {}

  std::int64_t size() const override { return count_; }
  std::filesystem::path file(std::int64_t) const override { return {}; }
  void check_first_sample() const override {}
  void read_input(std::int64_t sample, int, TensorView into) const override {
    const Box& box = into.layout.box;
    const RandomStream noise{seed_, Purpose::Synthetic, static_cast<std::uint64_t>(sample), 1};
    std::int64_t at = 0;
    for (std::int64_t h = box.h.begin; h < box.h.end; ++h)
      for (std::int64_t w = box.w.begin; w < box.w.end; ++w, ++at) {
        const double speck = noise.uniform(static_cast<std::uint64_t>(h * space_.w + w));
        store(into, at, brightness(sample) + 0.1 * (speck - 0.5));
      }
  }
  void read_target(std::int64_t sample, TensorView into) const override {
    store(into, 0, brightness(sample));
  }
  std::uint64_t bytes_read() const override { return 0; }

 private:
  double brightness(std::int64_t sample) const {
    return RandomStream{seed_, Purpose::Synthetic, static_cast<std::uint64_t>(sample), 0}.uniform(0);
  }
  static void store(TensorView into, std::int64_t at, double value) {
    with_element(into.layout.element,
                 [&]<class T>(T) { into.data<T>()[at] = static_cast<T>(static_cast<Wide<T>>(value)); });
  }

  std::uint64_t seed_;
  std::int64_t count_;
  Extents space_;
};

class BrightnessWorkload final : public Workload {
 public:
  explicit BrightnessWorkload(const Config& config) : config_(config) {}

  Graph graph(std::int64_t batch) const override {
    Graph graph;
    NodeId x = graph.input("picture", {batch, 1, space()});
    x = graph.add(
        "blur", convolution_2d({.out = own().filters, .window = {.kernel = 3, .pad = 1}, .bias = true}), {x});
    x = graph.add("relu", leaky_relu(0.1), {x});
    x = graph.add("mean", global_average_pool(), {x});
    graph.add("prediction", dense({.out = 1}), {x});
    return graph;
  }
  const Loss& loss() const override { return loss_; }
  std::unique_ptr<Metric> make_metric() const override { return std::make_unique<MeanAbsoluteError>(1); }

  std::unique_ptr<Optimizer> make_optimizer(ParameterStore& parameters) const override {
    return std::make_unique<Sgd>(parameters, 0.9, 0.0);
  }
  std::unique_ptr<Schedule> make_schedule(std::int64_t global_batch) const override {
    return std::make_unique<WarmupSchedule>(WarmupSchedule::Settings{.peak_rate = own().lr},
                                            config_.data.n_train / global_batch);
  }
  std::int64_t norm_replicas(std::int64_t) const override { return 0; }
  void check(const BatchSize&) const override {}
  double target() const override { return own().target_mae; }
  bool reached(double value) const override { return rule().reaches(value, target()); }

  bool keeps_boxes() const override { return true; }
  bool in_files() const override { return false; }
  void open_data(DataListing, const DataShare&) override {
    training_.emplace(1, config_.data.n_train, space());
    validation_.emplace(2, config_.data.n_valid, space());
  }
  const Dataset& training() const override { return *training_; }
  const Dataset& validation() const override { return *validation_; }
  std::string target_name() const override { return "brightness"; }
  std::int64_t target_channels() const override { return 1; }
  std::string kept_axes() const override { return "none"; }

  std::string metric_name() const override { return "MAE"; }
  std::string metric_column() const override { return "val_mean_absolute_error"; }
  LogKey metric_key() const override { return rule().each.key; }
  void log_hyperparameters(MlLog& log, const BatchSize&) const override {
    log.event(LogKey::OptName, "sgd");
    log.event(LogKey::OptBaseLearningRate, own().lr);
  }
  std::optional<std::string> why_open() const override {
    return why_data_are_open(brightness_benchmark(), false, *this);
  }

 private:
  const BrightnessConfig& own() const { return brightness_of(config_); }
  static const TargetRule& rule() { return brightness_benchmark().rules->target; }
  Extents space() const { return {1, config_.data.sample_shape[0], config_.data.sample_shape[1]}; }

  Config config_;
  MeanSquaredError loss_{1};
  std::optional<Pictures> training_, validation_;
};

}  // namespace

const WorkloadDescriptor& brightness_workload() {
  static const WorkloadDescriptor descriptor{
      .name = brightness_table().name,
      .table = brightness_table(),
      .benchmark = &brightness_benchmark(),
      .make = [](const Config& config, std::uint64_t) -> std::unique_ptr<Workload> {
        return std::make_unique<BrightnessWorkload>(config);
      }};
  return descriptor;
}

}  // namespace tessera
