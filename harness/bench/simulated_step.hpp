#pragma once

#include <cstdint>

#include "harness/bench/step_bench.hpp"
#include "harness/predict/machine_description.hpp"

namespace tessera {

/// The same as bench_step() without computing: each call of a rank's program is replaced by a wait as long as
/// the machine's description says, while messages, short sums and sums of gradients are those of a real step.
/// As in one, messages make progress only between calls. A rank has memory for what it sends and receives,
/// and for the gradients: of its tensors only address space is taken, so that networks can be studied with
/// samples that their nodes could not hold. The result has no calls. Collective; throws InputError, the same
/// on all ranks, where the machine lacks a number that is needed.
StepBench bench_simulated_step(const Workload& workload, const ProcessGrid& grid,
                               const ComputeConfig& compute, const BatchSize& batch, std::int64_t repeats,
                               const MachineDescription& machine);

}  // namespace tessera
