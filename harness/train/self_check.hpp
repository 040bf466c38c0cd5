#pragma once

#include "models/kernels/kernels.hpp"
#include "models/network/graph.hpp"
#include "models/network/placement.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// What a self-check came to.
struct SelfCheck {
  int kernels = 0;  // of this rank's network, distinct ones
  double seconds = 0;
};

/// Holds each distinct kernel of the network of this rank to the reference, see check_kernel(); ranks of a
/// node whose parts are the same share the work. Neither data nor parameters are touched. graph: of a
/// replica's pass. Throws UniformError, the machine's fault, which names layers, direction and implementation
/// of what is wrong. Collective.
SelfCheck self_check(const ProcessGrid& grid, const Graph& graph, Kernels& kernels, Overlap overlap);

}  // namespace tessera
