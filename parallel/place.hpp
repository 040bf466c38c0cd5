#pragma once

#include <vector>

#include "models/network/placement.hpp"
#include "parallel/partition.hpp"

namespace tessera {

/// What part `part` of a partition owns and wants of every tensor of the graph. Pure: each process computes
/// any other's as well. Split tensors are owned by boxes; replicated ones whole by everybody; the network's
/// input as the box that the part's own operations read, since the file is asked for exactly that.
Placement place(const Graph& graph, const Partition& partition, int part, Overlap overlap = Overlap::Auto);

/// What all parts own and want, by part; cheaper than each by itself.
std::vector<Placement> place_all(const Graph& graph, const Partition& partition,
                                 Overlap overlap = Overlap::Auto);

}  // namespace tessera
