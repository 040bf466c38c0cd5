#pragma once

#include <vector>

#include "models/graph.hpp"

namespace tessera {

/// One process's view of a graph: which box of each tensor it is responsible for, and which box of each input
/// each of its operations reads. A value, made without a message.
struct Placement {
  struct Edge {
    Box wanted;
    bool exchanged = false;  // some process wants what another owns: all that share the sample take part
  };
  std::vector<Box> owned;                // by node
  std::vector<std::vector<Edge>> edges;  // by node, by input

  /// One process has all of it, and nothing is exchanged.
  static Placement whole(const Graph& graph);
};

/// The box of input `input` that node reads to compute `output` of itself.
Box wanted_box(const Graph& graph, NodeId node, std::size_t input, const Box& output);

/// Where a node's operation runs. Its parameters are left without memory; all that depends on sizes alone
/// (saved and scratch bytes, flop) can be asked of an operation localised here.
Site local_site(const Graph& graph, const Placement& placement, NodeId node, Element element);

}  // namespace tessera
