#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <span>

#include "models/network/program.hpp"

namespace tessera {

/// A piece of memory that a network needs besides its parameters.
struct Buffer {
  enum class Kind : std::uint8_t {
    Value,           // node: its output, where owned
    Gradient,        // node: of the loss with respect to it
    Saved,           // node: what its operation keeps from forward to backward
    Wanted,          // edge: what the operation reads, where that is not the producer's Value
    WantedGradient,  // edge: its gradient, where that is not the producer's Gradient
    Contribution,    // edge: a scattered gradient, before it is added to the producer's
  };
  Kind kind;
  NodeId node;
  int input = -1;

  friend auto operator<=>(const Buffer&, const Buffer&) = default;  // NOLINT(modernize-use-nullptr)
};

/// What the plan must know of a node's operation here: what its backward calls read of its forward's tensors,
/// and what it keeps between them.
struct OpMemory {
  bool backward_reads_inputs = false, backward_reads_output = false;
  std::size_t saved_bytes = 0;
};

/// Where x and dx of an edge lie; dx is absent (node -1) where the producer is an input of the network.
Buffer input_buffer(const Graph& graph, const Placement& placement, NodeId node, int input);
Buffer input_gradient_buffer(const Graph& graph, const Placement& placement, NodeId node, int input);
/// Where a scatter-add of an edge ends.
Buffer scattered_buffer(const Graph& graph, const Placement& placement, NodeId node, int input);

/// Offsets of all buffers in one allocation: each holds its contents from the first step that touches it to
/// the last, and its place is used again outside that time. The value of the network's input is not among
/// them.
///
/// Where an exchanged edge wants all that is owned here, and that is one run of what is wanted (planes
/// between their halos, at batch 1), the producer's value is that part of the wanted buffer, so that a gather
/// moves halos alone; and where a scatter-add ends is that part of the wanted gradient.
struct ActivationPlan {
  std::map<Buffer, std::size_t> offsets;
  std::size_t bytes = 0;
};
/// ops: by node; element: of the kernels.
ActivationPlan plan_activations(const Graph& graph, const Placement& placement, const Program& program,
                                std::span<const OpMemory> ops, Element element);

}  // namespace tessera
