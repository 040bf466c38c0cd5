#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/train/batch_source.hpp"
#include "harness/train/step_observer.hpp"
#include "harness/workloads/batch_size.hpp"
#include "harness/workloads/workload.hpp"
#include "models/network/network.hpp"
#include "models/train/gradient_accumulator.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/process_grid.hpp"
#include "parallel/step_sums.hpp"

namespace tessera {

/// What a step came to, the same on every rank.
struct StepSum {
  double loss = 0;      // this step's part of the mean that was asked for
  bool stop = false;    // some rank was asked to stop
  bool failed = false;  // some rank could not get its batch; the loss is of others then

  bool finite() const { return std::isfinite(loss); }
};

/// What one process holds of a network in training, and the step itself: passes forward and backward, the sum
/// of gradients over all processes, the update. Training and benchmarks take this same step. A step allocates
/// nothing here. Collective throughout.
class Replica {
 public:
  struct Options {
    std::uint64_t seed = 0;
    BatchSize batch;
    Overlap overlap = Overlap::Auto;
  };
  /// Builds the network and its parameters: initialised from the seed, then overwritten by rank 0's. All but
  /// the options is borrowed.
  Replica(const ProcessGrid& grid, const Workload& workload, Kernels& kernels, const Options& options,
          StepObserver& observer);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;
  ~Replica() { world_.notes().last_layer = nullptr; }

  /// One step on synthetic tensors, without an update: pages, primitives and messages are warm afterwards.
  void warm_up();
  /// One step; the loss is the mean over the global batch. Where a rank failed or the loss is not finite,
  /// parameters stay as they were.
  StepSum step(BatchSource& batches, double learning_rate);
  /// The next batch forward, without training; the loss is its part of a mean over `samples` samples.
  StepSum evaluate(BatchSource& batches, std::int64_t samples, Metric& metric);
  /// After a step or an evaluation whose loss isn't finite: which tensor is the first that isn't.
  std::string find_not_finite();
  /// Makes the running statistics of all processes their mean, as the reference DeepCAM does before it
  /// evaluates; no step reads them.
  void average_statistics();
  /// Continues after `steps_done` steps: broadcasts the parameters and the optimizer's state of rank 0.
  void resume(std::int64_t steps_done);

  const BatchSize& batch() const { return options_.batch; }
  std::int64_t steps_done() const { return steps_done_; }
  const Graph& graph() const { return graph_; }
  const Network& network() const { return *network_; }
  ParameterStore& parameters() { return *parameters_; }
  Optimizer& optimizer() { return *optimizer_; }
  const GradientReducer& reducer() const { return *reducer_; }
  /// The layout of a batch's targets: the prediction's, of as many channels as the workload's have.
  const Layout& target_layout() const { return synthetic_target_.layout(); }
  /// A batch of zeros of this replica, and its input, which may be given other values.
  const Batch& synthetic() const { return synthetic_; }
  TensorView synthetic_input() { return synthetic_input_.view(); }
  /// Resident memory of this process when it held its libraries, parameters, gradients and the optimizer's
  /// state, and no activations yet.
  std::size_t fixed_memory_bytes() const { return fixed_memory_bytes_; }

 private:
  std::span<std::byte> statistics();
  StepContext context(bool training);
  ConstTensorView forward(const Batch& batch, bool training);
  void backward(const BackwardHooks& hooks);
  double forward_to_loss(BatchSource& batches);
  double partial_loss(ConstTensorView prediction, std::int64_t samples);
  void start_sums(double loss, const BatchSource& batches);
  StepSum finish_sums();

  const ProcessGrid& grid_;
  const Communicator& world_;
  const Workload& workload_;
  Options options_;
  StepObserver& observer_;
  Graph graph_;
  std::unique_ptr<ParameterStore> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::size_t fixed_memory_bytes_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<GradientReducer> reducer_;
  StepSums sums_;
  std::optional<GradientAccumulator> accumulator_;  // where a step has several passes
  BackwardHooks keep_, complete_;                   // of a step's passes but the last; of the last
  Communicator norm_group_;                         // the processes that share this one's batch statistics
  MpiGroupSum spatial_, norm_;
  int output_copies_;  // processes that hold the same elements of the prediction

  Tensor synthetic_input_, synthetic_target_;
  std::vector<std::int64_t> synthetic_samples_;
  Batch synthetic_;
  const Batch* batch_ = &synthetic_;  // the last that went through the network
  bool batch_trains_ = true;
  std::int64_t steps_done_ = 0;
};

}  // namespace tessera
