#pragma once

#include <cstddef>

#include "models/kernels/kernels.hpp"
#include "models/network/graph.hpp"
#include "models/network/placement.hpp"
#include "models/network/program.hpp"

namespace tessera {

/// What a Network allocates beside its parameters, in bytes.
struct NetworkMemory {
  std::size_t activations = 0;  // and their gradients, as the activation plan lays them out
  std::size_t scratch = 0;      // shared by all operations
  friend bool operator==(const NetworkMemory&, const NetworkMemory&) = default;
};

/// The same for a placement alone, with nothing allocated: the operations are localised and asked.
NetworkMemory network_memory(const Graph& graph, const Placement& placement, const Program& program,
                             Kernels& kernels);

}  // namespace tessera
