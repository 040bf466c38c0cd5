#include "harness/plan/make_plan.hpp"

#include "harness/plan/run_layout.hpp"
#include "harness/workloads/make_kernels.hpp"

namespace tessera {

RunPlan make_plan(const Config& config, int ranks, const std::string& split) {
  const RunLayout layout = lay_out(config, 0, split, ranks);
  const Workload& workload = *layout.workload;
  RunPlan plan;
  plan.batch = layout.batch;
  // Those of a trainer: the loaders of training and validation, and the synthetic one of the warm-up.
  plan.input_batches = 2 * (config.data.prefetch + 1) + 1;
  const Graph graph = workload.graph(plan.batch.replica);
  ParameterStore parameters(graph.parameters(), wide(config.compute.element));
  plan.optimizer_bytes = workload.make_optimizer(parameters)->state().size() * parameters.trained_bytes();
  plan.partition =
      plan_partition(graph, layout.grid, *make_kernels(config.compute), parameters, config.compute.overlap);
  return plan;
}

}  // namespace tessera
