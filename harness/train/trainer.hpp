#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/train/exchange_timer.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "io/dataset/loader.hpp"
#include "models/network/network.hpp"
#include "models/train/gradient_accumulator.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/process_grid.hpp"
#include "parallel/step_sums.hpp"

namespace tessera {

/// Where a run's time went, in seconds of this rank. Exposed: waited for, as compute did not hide it; that
/// other ranks were late is part of it.
struct TrainingTimes {
  double steps = 0;  // training steps, the exposed times included
  double exposed_input = 0, exposed_exchange = 0, exposed_reduction = 0;
  double evaluation = 0;
};

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

/// The network of this process's part of a grid. Borrows all; collective.
std::unique_ptr<Network> make_network(const ProcessGrid& grid, const Graph& graph, Kernels& kernels,
                                      ParameterStore& parameters, Overlap overlap);

/// The processes that share this one's batch statistics; the parts of its sample where there are none.
/// Collective.
Communicator norm_group(const ProcessGrid& grid, const Workload& workload);

/// The layout of a batch's targets: the prediction's, of as many channels as the workload's have.
Layout target_layout(const Workload& workload, const Network& network);

/// This process's share of a mean over `samples`, of which the first `counted` of its batch count: what all
/// parts of a sample hold is shared among them.
LossShare share_of_loss(const Graph& graph, const ProcessGrid& grid, std::int64_t samples,
                        std::int64_t counted);

/// Trains one network of a workload on a grid of processes, each sample split over the parts of a replica:
/// the step, and the walk over the validation set. What happens between epochs is the caller's. Collective
/// throughout; every rank gets the same results, and an error in one (a sample that can't be read) is thrown
/// by all.
class Trainer {
 public:
  struct Options {
    std::uint64_t seed = 0;
    BatchSize batch;
    Shuffle shuffle = Shuffle::Global;
    int prefetch = 4, readers = 1;  // batches read ahead, and the threads that read them
    Overlap overlap = Overlap::Auto;
    std::function<bool()> stop_requested = [] { return false; };
    /// Hears of each training step's batch and prediction, which the step leaves to nobody.
    std::function<void(const Batch&, ConstTensorView)> predicted = [](const Batch&, ConstTensorView) {};
  };
  /// Prepares network and parameters (initialised from the seed, then those of rank 0). Reads no sample. All
  /// that is borrowed must outlive the trainer.
  Trainer(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, Options options);

  /// One step on synthetic tensors, without an update: pages, primitives and messages are warm afterwards.
  void warm_up();

  std::int64_t steps_per_epoch() const { return workload_.training().size() / options_.batch.global; }
  /// Begins to read the epoch's samples, from a step on. Both count from 0.
  void start_epoch(int epoch, std::int64_t step = 0);
  /// The next step of the epoch. nullopt: the loss is not finite; parameters are as they were before the
  /// step.
  std::optional<StepResult> step();
  double learning_rate() const { return schedule_->at(epoch_, step_of_epoch_); }
  /// After a step or an evaluation without result: which tensor is the first that isn't finite. Collective.
  std::string find_not_finite();

  /// Makes the running statistics of all processes their mean, as the reference DeepCAM does before it
  /// evaluates; no step reads them.
  void average_statistics();
  /// Averages the statistics first. nullopt: the loss is not finite.
  std::optional<Evaluation> evaluate();

  /// Goes on where a training came to after so many steps, with the parameters and the optimizer's state that
  /// rank 0 now holds; `times`: what this rank had spent. The next steps have the bits they would have had.
  void resume(std::int64_t steps_done, const TrainingTimes& times);

  TrainingTimes times() const;
  std::int64_t steps_done() const { return step_; }
  const Graph& graph() const { return graph_; }
  Network& network() { return *network_; }
  ParameterStore& parameters() { return *parameters_; }
  Optimizer& optimizer() { return *optimizer_; }
  const GradientReducer& reducer() const { return *reducer_; }
  /// Resident memory of this process when it held its libraries, parameters, gradients and the optimizer's
  /// state, and no activations yet.
  std::size_t fixed_memory_bytes() const { return fixed_memory_bytes_; }

 private:
  std::unique_ptr<Loader> make_loader(const Dataset& samples) const;
  void read_ahead_for_evaluation();
  std::vector<std::int64_t> order_of(int epoch) const;
  const Batch& next_batch(Loader& loader);
  void throw_failure();
  std::span<std::byte> statistics();
  StepContext context(const Batch& batch, bool training);
  ConstTensorView forward(const StepContext& context);
  void backward(const StepContext& context, const BackwardHooks& hooks);
  double forward_to_loss();

  const ProcessGrid& grid_;
  const Communicator& world_;
  const Workload& workload_;
  Options options_;
  Graph graph_;
  std::unique_ptr<ParameterStore> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::size_t fixed_memory_bytes_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Metric> metric_;
  std::unique_ptr<GradientReducer> reducer_;
  StepSums sums_;
  std::optional<GradientAccumulator> accumulator_;  // where a step has several passes
  BackwardHooks keep_, complete_;                   // of a step's passes but the last; of the last
  Communicator norm_group_;
  MpiGroupSum spatial_, norm_;
  ExchangeTimer exchanges_;

  Tensor synthetic_input_, synthetic_target_;
  std::vector<std::int64_t> synthetic_samples_;
  Batch synthetic_;  // stands in where no sample could be read, until all ranks know
  std::exception_ptr failure_;
  const Batch* batch_ = &synthetic_;  // the last that went through the network
  bool batch_trains_ = true;

  std::unique_ptr<Loader> training_loader_, validation_loader_;
  bool reads_for_evaluation_ = false;
  int epoch_ = 0;
  std::int64_t step_ = 0, step_of_epoch_ = 0;
  TrainingTimes times_;
};

}  // namespace tessera
