#pragma once

#include <cstdint>
#include <vector>

#include "models/network/graph.hpp"
#include "models/network/placement.hpp"

namespace tessera {

/// The slabs in which this process computes a node's output, so that its halos travel meanwhile: first the
/// interior, which reads only what is owned here, then what lies below and above it. They are cut along the
/// outermost axis with more than one plane, where slabs are runs of memory (batch 1 only) and cost the
/// operation nothing but their number. Empty where the output is computed at once: where nothing is exchanged
/// or there is no interior, where the layer does little arithmetic, and as `overlap` says.
std::vector<Box> slabs(const Graph& graph, const Placement& placement, NodeId node, Overlap overlap);

}  // namespace tessera
