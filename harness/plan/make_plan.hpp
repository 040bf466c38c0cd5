#pragma once

#include <string>

#include "harness/config/config.hpp"
#include "harness/plan/run_plan.hpp"

namespace tessera {

/// The plan of a run on so many ranks. split: see harness/plan/split.hpp. It opens nothing and needs no MPI;
/// the kernels' scratch memory is that of this process's threads. Throws InputError as lay_out() does.
RunPlan make_plan(const Config& config, int ranks, const std::string& split);

}  // namespace tessera
