#pragma once

#include <string>

#include "harness/config/config.hpp"
#include "harness/plan/run_plan.hpp"
#include "harness/workloads/workload.hpp"
#include "models/kernels/kernels.hpp"
#include "models/network/parameters.hpp"

namespace tessera {

/// The plan of a run on so many ranks. split: see harness/plan/split.hpp. It opens nothing and needs no MPI;
/// an epoch may have fewer samples than a step; the kernels' scratch memory is that of this process's
/// threads. Throws InputError where configuration, split and ranks don't fit each other otherwise.
RunPlan make_plan(const Config& config, int ranks, const std::string& split);

/// What of a workload's parameters depends on neither ranks nor batch: made once for many plans.
struct PlannedParameters {
  ParameterStore store;
  std::size_t optimizer_bytes = 0;  // of the optimizer's state

  PlannedParameters(const Workload& workload, Element element);
};
/// The same of a grid and a batch, with other kernels' scratch memory.
RunPlan make_plan(const Config& config, const Workload& workload, const PlannedParameters& parameters,
                  const GridDims& grid, const BatchSize& batch, Kernels& kernels);

}  // namespace tessera
