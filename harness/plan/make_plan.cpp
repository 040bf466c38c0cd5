#include "harness/plan/make_plan.hpp"

#include "harness/plan/split.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "harness/workloads/make_workload.hpp"

namespace tessera {

PlannedParameters::PlannedParameters(const Workload& workload, Element element)
    : store(workload.graph(1).parameters(), wide(element)),
      optimizer_bytes(workload.make_optimizer(store)->state().size() * store.trained_bytes()) {}

RunPlan make_plan(const Config& config, const Workload& workload, const PlannedParameters& parameters,
                  const GridDims& grid, const BatchSize& batch, Kernels& kernels) {
  RunPlan plan;
  plan.batch = batch;
  // Those of a trainer: the loaders of training and validation, and the synthetic one of the warm-up.
  plan.input_batches = 2 * (config.data.prefetch + 1) + 1;
  plan.optimizer_bytes = parameters.optimizer_bytes;
  plan.partition =
      plan_partition(workload.graph(batch.replica), grid, kernels, parameters.store, config.compute.overlap);
  return plan;
}

RunPlan make_plan(const Config& config, int ranks, const std::string& split) {
  const auto workload = make_workload(config, 0);
  const GridDims grid = grid_of(split, ranks, workload->graph(1));
  return make_plan(config, *workload, PlannedParameters(*workload, config.compute.element), grid,
                   batch_of_step(config, grid.replicas), *make_kernels(config.compute));
}

}  // namespace tessera
