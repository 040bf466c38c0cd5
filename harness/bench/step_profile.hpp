#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "harness/process/stopwatch.hpp"
#include "harness/workloads/workload.hpp"
#include "models/network/network.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// Where the time of one rank's training step went, in seconds. Exposed: waited for, other ranks' lateness
/// included.
struct StepTimes {
  double step = 0;  // forward, loss, backward, sum of gradients, update
  double compute = 0, loss = 0, update = 0;
  double exposed_exchange = 0, exposed_reduction = 0;
  double compute_cpu = 0;  // CPU time of all threads of the process during compute
};

/// Training steps of one network on a grid, with synthetic data, each call of an operation timed.
class Stepper {
 public:
  /// Borrows all; no data is read. batch: samples a replica. Collective.
  Stepper(const Workload& workload, const ProcessGrid& grid, Kernels& kernels, std::int64_t batch,
          Overlap overlap);
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;

  /// Collective.
  void step();
  /// Forgets the steps so far.
  void forget();

  const Graph& graph() const { return graph_; }
  const Network& network() const { return *network_; }
  /// Medians over the steps, on this rank.
  StepTimes times() const;
  /// The same of one step of the program; 0 where it isn't in it.
  double seconds(const ProgramStep& step) const;

 private:
  void note(const ProgramStep& step);

  const Workload& workload_;
  const ProcessGrid& grid_;
  Graph graph_;
  ParameterStore parameters_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Optimizer> optimizer_;
  GradientReducer reducer_;
  Communicator norm_group_;
  MpiGroupSum spatial_, norm_;
  Tensor input_, target_;
  std::vector<std::int64_t> samples_;
  BackwardHooks hooks_;

  Stopwatch watch_;
  CpuStopwatch cpu_watch_;
  StepTimes now_;                 // of the step under way
  std::vector<StepTimes> times_;  // of those done
  std::map<std::tuple<NodeId, ProgramStep::Kind, int>, std::vector<double>> calls_;
};

}  // namespace tessera
