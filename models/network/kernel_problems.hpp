#pragma once

#include <vector>

#include "models/kernels/kernel_problem.hpp"
#include "models/network/placement.hpp"

namespace tessera {

/// What the kernels of a node's operation are made for on one process, those of its slabs included; first
/// that of the whole. None where it takes no kernel, or nothing of its output is owned here.
std::vector<KernelProblem> kernel_problems(const Graph& graph, const Placement& placement, NodeId node,
                                           Element element);

}  // namespace tessera
