#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/train/exposed_times.hpp"
#include "harness/train/loader_batches.hpp"
#include "harness/train/recent_steps.hpp"
#include "harness/train/replica.hpp"
#include "harness/train/training_times.hpp"
#include "io/dataset/loader.hpp"

namespace tessera {

/// What a training step came to, the same on every rank.
struct StepResult {
  double loss = 0;    // mean over the global batch
  bool stop = false;  // some rank was asked to stop
};

/// What an evaluation came to, the same on every rank.
struct Evaluation {
  double loss = 0, metric = 0;  // over all validation samples
  bool stop = false;
};

/// Trains one network of a workload on a grid of processes, each sample split over the parts of a replica:
/// the samples of each step, and the walk over the validation set. What happens between epochs is the
/// caller's. Collective throughout; every rank gets the same results, and an error in one (a sample that
/// can't be read) is thrown by all.
class Trainer {
 public:
  struct Options {
    std::uint64_t seed = 0;
    BatchSize batch;
    Shuffle shuffle = Shuffle::Global;
    int prefetch = 4, readers = 1;  // batches read ahead, and the threads that read them
    Overlap overlap = Overlap::Auto;
    std::function<bool()> stop_requested = [] { return false; };
    /// Called with each training step's batch and prediction; the step keeps neither.
    std::function<void(const Batch&, ConstTensorView)> predicted = [](const Batch&, ConstTensorView) {};
  };
  /// Prepares network and parameters. Reads no sample. All that is borrowed must outlive the trainer.
  Trainer(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, Options options);

  /// One step on synthetic tensors, without an update: pages, primitives and messages are warm afterwards.
  void warm_up() { replica_.warm_up(); }

  std::int64_t steps_per_epoch() const { return workload_.training().size() / options_.batch.global; }
  /// Begins to read the epoch's samples, from a step on. Both count from 0.
  void start_epoch(int epoch, std::int64_t step = 0);
  /// The next step of the epoch. nullopt: the loss is not finite; parameters are as they were before the
  /// step.
  std::optional<StepResult> step();
  double learning_rate() const { return schedule_->at(epoch_, step_of_epoch_); }
  /// After a step or an evaluation without result: which tensor is the first that isn't finite. Collective.
  std::string find_not_finite() { return replica_.find_not_finite(); }

  /// See Replica.
  void average_statistics() { replica_.average_statistics(); }
  /// Averages the statistics first. nullopt: the loss is not finite.
  std::optional<Evaluation> evaluate();

  /// Continues after `steps_done` steps: broadcasts the parameters and the optimizer's state of rank 0;
  /// `times`: what this rank had spent. The next steps have the bits they would have had.
  void resume(std::int64_t steps_done, const TrainingTimes& times);

  TrainingTimes times() const;
  /// Of this rank since it was made or resumed.
  const RecentSteps& recent_steps() const { return recent_steps_; }
  std::int64_t steps_done() const { return replica_.steps_done(); }
  const Graph& graph() const { return replica_.graph(); }
  const Network& network() const { return replica_.network(); }
  ParameterStore& parameters() { return replica_.parameters(); }
  Optimizer& optimizer() { return replica_.optimizer(); }
  const GradientReducer& reducer() const { return replica_.reducer(); }
  std::size_t fixed_memory_bytes() const { return replica_.fixed_memory_bytes(); }

 private:
  std::unique_ptr<Loader> make_loader(const Dataset& samples) const;
  void read_ahead_for_evaluation();
  std::vector<std::int64_t> order_of(int epoch) const;
  std::optional<Evaluation> walk_over_validation();

  const ProcessGrid& grid_;
  const Workload& workload_;
  Options options_;
  ExposedTimes exposed_;
  Replica replica_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Metric> metric_;
  LoaderBatches batches_;

  std::unique_ptr<Loader> training_loader_, validation_loader_;
  bool reads_for_evaluation_ = false;
  int epoch_ = 0;
  std::int64_t step_of_epoch_ = 0;
  TrainingTimes times_;
  RecentSteps recent_steps_;
};

}  // namespace tessera
