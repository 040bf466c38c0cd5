#include "harness/bench/training_bench.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/bench/ideal_step.hpp"
#include "harness/bench/point_record.hpp"
#include "harness/bench/step_totals.hpp"
#include "harness/bench/synthetic_batches.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/train/loader_batches.hpp"
#include "harness/train/replica.hpp"
#include "harness/workloads/broadcast_listing.hpp"
#include "harness/workloads/cache_budget.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "io/dataset/endless_order.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

constexpr double kTimedLearningRate = 1e-6;  // values stay as they are, more or less
constexpr std::int64_t kWarmUpSteps = 2;     // on real input; one on synthetic tensors goes before
constexpr std::uint64_t kTimedSeed = 1;

void open_samples(Workload& workload, const ProcessGrid& grid, const DataConfig& data) {
  const Communicator& world = grid.world();
  const int ranks_of_node = world.node_local().size();
  DataListing listing = broadcast_listing(grid, workload, data.data_dir);
  all_or_none(world, [&] {
    const std::size_t cache_bytes = cache_budget(memory_bytes(), ranks_of_node);
    workload.open_data(std::move(listing), data_share(workload.graph(1), grid, data, cache_bytes));
    workload.training().check_first_sample();
  });
}

// The samples of this rank's replica in so many steps.
std::vector<std::int64_t> timed_order(const ProcessGrid& grid, Shuffle shuffle, std::int64_t samples,
                                      std::int64_t steps, std::int64_t global_batch) {
  if (shuffle == Shuffle::Local)
    return local_endless_order(samples, kTimedSeed, steps, global_batch, grid.replica(),
                               grid.node_of_replica());
  return endless_order(samples, kTimedSeed, steps, global_batch, grid.replica(), grid.dims().replicas);
}

/// Steps on batches of one kind, timed.
class TimedTraining {
 public:
  TimedTraining(const Workload& workload, const ProcessGrid& grid, const Config& config,
                const BatchSize& batch, const TrainingBenchOptions& options)
      : grid_(grid),
        options_(options),
        kernels_(make_kernels(config.compute)),
        replica_(grid, workload, *kernels_,
                 {.seed = kTimedSeed, .batch = batch, .overlap = config.compute.overlap}, totals_),
        read_(grid.world(), replica_.synthetic()),
        made_(replica_) {
    if (options.synthetic) return;
    loader_ = std::make_unique<Loader>(workload.training(), replica_.network().input_layout(),
                                       replica_.target_layout(), static_cast<int>(config.data.prefetch),
                                       static_cast<int>(config.data.n_parallel_reads));
    std::vector<std::int64_t> order;
    all_or_none(grid.world(), [&] {
      order = timed_order(grid, config.data.shuffle, workload.training().size(),
                          kWarmUpSteps + options.steps * options.repeats, batch.global);
    });
    const auto count = static_cast<std::int64_t>(order.size());
    loader_->start(0, std::move(order), count);
    read_.read_from(*loader_);
  }

  void warm_up() {
    replica_.warm_up();
    for (std::int64_t i = 0; i < kWarmUpSteps; ++i) step();
    totals_.begin(replica_.network().program());
    input_before_ = waited_for_input();
  }

  /// The mean step of the slowest rank. Collective.
  double repeat() {
    const Communicator& world = grid_.world();
    world.barrier();
    const Stopwatch watch;
    for (std::int64_t i = 0; i < options_.steps; ++i) step();
    const double seconds = watch.seconds();
    in_steps_ += seconds;
    return std::ranges::max(world.all_gather(seconds)) / static_cast<double>(options_.steps);
  }

  /// Means over all steps that were timed.
  RankSeconds mine() const {
    const auto steps = static_cast<double>(options_.steps * options_.repeats);
    const StepTotals::Sums& sums = totals_.sums();
    return {.step = in_steps_ / steps,
            .compute = sums.compute / steps,
            .exposed_exchange = sums.exposed_exchange / steps,
            .exposed_reduction = sums.exposed_reduction / steps,
            .exposed_input = (waited_for_input() - input_before_) / steps,
            .compute_cpu = sums.compute_cpu / steps};
  }

  /// What this rank computed in a pass, and the update of a step: means.
  ComputeSeconds program_seconds() const {
    const auto steps = static_cast<double>(options_.steps * options_.repeats);
    const double passes = steps * static_cast<double>(replica_.batch().passes);
    std::vector<double> seconds = totals_.program_seconds();
    for (double& of_call : seconds) of_call /= passes;
    const auto backward =
        seconds.begin() + static_cast<std::ptrdiff_t>(replica_.network().program().forward.size());
    return {.forward = {seconds.begin(), backward},
            .backward = {backward, seconds.end()},
            .loss = totals_.sums().loss / passes,
            .update = totals_.sums().update / steps};
  }

  const Graph& graph() const { return replica_.graph(); }
  std::vector<GradientBucket> buckets() {
    return gradient_buckets(replica_.parameters(), kGradientBucketBytes);
  }

 private:
  double waited_for_input() const { return loader_ ? loader_->waited_seconds() : 0; }

  void step() {
    const StepSum sum = options_.synthetic ? replica_.step(made_, kTimedLearningRate)
                                           : replica_.step(read_, kTimedLearningRate);
    if (sum.failed) read_.throw_failure();
    if (!sum.finite())
      all_or_none(grid_.world(), [] {
        throw InputError("the loss of a timed step is not finite", "the training data",
                         "look at the samples with tessera inspect");
      });
  }

  const ProcessGrid& grid_;
  const TrainingBenchOptions& options_;
  std::unique_ptr<Kernels> kernels_;
  StepTotals totals_;
  Replica replica_;
  LoaderBatches read_;
  SyntheticBatches made_;
  std::unique_ptr<Loader> loader_;
  double in_steps_ = 0, input_before_ = 0;
};

// Each repeat's mean step of the slowest rank, and the joules of all of them, where there is a meter on all
// nodes.
void measure(TimedTraining& training, const ProcessGrid& grid, const TrainingBenchOptions& options,
             StudyMeasurement& measured) {
  std::optional<RunMeter> meter;
  if (!options.energy.is_off()) meter.emplace(grid, options.energy);
  if (meter) meter->start();
  for (std::int64_t i = 0; i < options.repeats; ++i) measured.step_seconds.push_back(training.repeat());
  if (!meter) return;
  meter->stop();
  std::vector<std::string> warnings;
  const nlohmann::json energy = meter->report([](int, const std::string&) {}, warnings);
  for (const std::string& warning : warnings) options.say("warning: " + warning);
  if (!energy.is_null())
    measured.joules_a_step =
        energy.at("joules").get<double>() / static_cast<double>(options.steps * options.repeats);
}

StudyInput input_of(const Workload& workload, const BatchSize& batch, const TrainingBenchOptions& options) {
  if (options.synthetic) return StudyInput::Synthetic;
  const std::int64_t taken = batch.global * (kWarmUpSteps + options.steps * options.repeats);
  return taken > workload.training().size() ? StudyInput::Cycled : StudyInput::DataSet;
}

StudyMeasurement measured_training(const Workload& workload, const ProcessGrid& grid, const Config& config,
                                   const BatchSize& batch, const TrainingBenchOptions& options) {
  const Communicator& world = grid.world();
  TimedTraining training(workload, grid, config, batch, options);
  training.warm_up();
  StudyMeasurement measured;
  measure(training, grid, options, measured);
  measured.ranks = world.all_gather(training.mine());
  measured.peak_memory_bytes = world.all_gather(static_cast<std::int64_t>(peak_memory_bytes()));
  measured.nodes = grid.nodes();
  measured.training_flop_a_sample = training.graph().training_flop() / static_cast<double>(batch.replica);
  measured.input = input_of(workload, batch, options);
  const std::int64_t together = workload.norm_replicas(grid.dims().replicas);
  const double ideal = ideal_step(grid, training.graph(), training.program_seconds(),
                                  {.element = config.compute.element,
                                   .overlap = config.compute.overlap,
                                   .buckets = training.buckets(),
                                   .norm_replicas = static_cast<int>(std::max<std::int64_t>(together, 1))},
                                  static_cast<int>(batch.passes));
  if (ideal > 0) measured.ideal_step_seconds = ideal;
  return measured;
}

}  // namespace

Study bench_training(Workload& workload, const ProcessGrid& grid, const Config& config,
                     const BatchSize& batch, const TrainingBenchOptions& options) {
  if (!options.synthetic) open_samples(workload, grid, config.data);
  // Before the peak is measured: that takes memory, too, which would be taken for training's.
  StudyMeasurement measured = measured_training(workload, grid, config, batch, options);
  Study study = study_of_one(grid, config, layout_of(grid, workload.graph(1), batch));
  study.steps = options.steps;
  study.repeats = options.repeats;
  study.points.front().measurement = std::move(measured);
  return study;
}

}  // namespace tessera
