#pragma once

#include <memory>

#include "harness/bench/step_profile.hpp"
#include "harness/workloads/workload.hpp"
#include "models/network/network.hpp"

namespace tessera {

/// The training step of one part of a sample by itself: everything is computed as that part would, on
/// synthetic tensors, and nothing is exchanged or summed.
class LocalStep {
 public:
  /// graph: of one replica's batch. Borrows all but the placement.
  LocalStep(const Workload& workload, const Graph& graph, const Placement& placement, Kernels& kernels);
  void run();

  /// Of what was run between its begin_step() and end_step().
  StepProfile& profile() { return profile_; }
  const Program& program() const { return network_.program(); }

 private:
  const Workload& workload_;
  std::int64_t samples_;
  ParameterStore parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  Network network_;
  Tensor input_, target_;
  std::vector<std::int64_t> sample_ids_;
  NoGroupSum nobody_;
  StepProfile profile_;
  std::int64_t steps_ = 0;
};

}  // namespace tessera
