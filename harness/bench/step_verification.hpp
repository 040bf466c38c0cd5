#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/workloads/workload.hpp"
#include "models/kernels/kernels.hpp"
#include "parallel/process_grid.hpp"
#include "results/study/study.hpp"

namespace tessera {

/// Holds a training step of a grid to the unsplit reference: the same step of one process, on the plain loops
/// of the reference kernels, in double precision, from the same parameters and synthetic samples, one a
/// replica. Residuals are relative errors over what rounding explains. Of the loss that is the unit roundoff
/// of the element times the number of layers. Of a gradient it is the root of that: as large a share of the
/// values before a kink (an activation's zero, a tie in a pooling window) falls on its other side, and moves
/// gradients by about the root of their share. The largest of the gradients' counts, each tensor by its norm.
/// Where the element is bf16, whose rounding leaves no digit of a deep network's gradients, these are taken
/// from the same step in float32.
/// kernels: makes those of the step. workload: of extents that the reference can compute, see
/// verifiable_config(). Collective; the same on every rank.
using MakeKernels = std::function<std::unique_ptr<Kernels>(const ComputeConfig& compute)>;
StudyVerification verify_step(const Workload& workload, const ProcessGrid& grid, const ComputeConfig& compute,
                              const MakeKernels& kernels);

/// The configuration with samples of extents for such a verification: halved along all axes as often as it
/// takes to keep the reference to some seconds, while the network and the split allow it. path, overrides: of
/// the configuration. Collective; throws as broadcast_config() and grid_of() do.
Config verifiable_config(const Communicator& world, const std::string& path,
                         const std::vector<std::string>& overrides, const std::string& split);

}  // namespace tessera
