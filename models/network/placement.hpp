#pragma once

#include <cstdint>
#include <vector>

#include "models/network/graph.hpp"

namespace tessera {

/// Where the interior of an operation's output, which reads no halo, is computed before the halo has come. Of
/// single samples (batch 1) that are split along their outermost axis alone: the interior of others is no run
/// of memory. Auto, where it is at least three margins wide, so that cutting it off costs little; On,
/// wherever there is one; Off, nowhere.
enum class Overlap : std::uint8_t { Auto, On, Off };

/// One process's view of a graph: which box of each tensor it is responsible for, and which box of each input
/// each of its operations reads. A value, made without a message.
struct Placement {
  struct Edge {
    Box wanted;
    bool exchanged = false;  // some process wants what another owns: all that share the sample take part
  };
  std::vector<Box> owned;                // by node
  std::vector<std::vector<Edge>> edges;  // by node, by input
  std::vector<std::vector<Box>> slabs;   // by node: in which its output is computed, interior first; or none

  /// One process has all of it, and nothing is exchanged.
  static Placement whole(const Graph& graph);
};

/// The box of input `input` that node reads to compute `output` of itself.
Box wanted_box(const Graph& graph, NodeId node, std::size_t input, const Box& output);

/// Where a node's operation runs. Its parameters are left without memory; all that depends on sizes alone
/// (saved and scratch bytes, flop) can be asked of an operation localised here.
Site local_site(const Graph& graph, const Placement& placement, NodeId node, Element element);
/// The same for a part of the node's output.
Site slab_site(const Graph& graph, Site site, const Box& slab);

}  // namespace tessera
