#include "parallel/place.hpp"

#include "models/network/slabs.hpp"

namespace tessera {
namespace {

Box owned_box(const Graph& graph, const Partition& partition, NodeId node, int part) {
  const Extents space = graph.shape(node).space;
  return graph.node(node).spread == Spread::Split ? partition.owned(space, part) : Box::whole(space);
}

// The box of an input that a part reads for its own box of the output.
Box part_wants(const Graph& graph, const Partition& partition, NodeId node, std::size_t input, int part) {
  const Graph::Node& reader = graph.node(node);
  if (reader.layer->reads_owned()) return owned_box(graph, partition, reader.inputs[input], part);
  return wanted_box(graph, node, input, owned_box(graph, partition, node, part));
}

// Whether some part reads of this edge what another part owns. All parts must come to the same answer.
bool is_exchanged(const Graph& graph, const Partition& partition, NodeId node, std::size_t input) {
  const NodeId producer = graph.node(node).inputs[input];
  if (!graph.node(producer).layer) return false;  // read from the file
  for (int part = 0; part < partition.parts(); ++part) {
    const Box wanted = part_wants(graph, partition, node, input, part);
    if (!owned_box(graph, partition, producer, part).contains(wanted)) return true;
  }
  return false;
}

using ExchangedEdges = std::vector<std::vector<bool>>;  // by node, by input

ExchangedEdges exchanged_edges(const Graph& graph, const Partition& partition) {
  ExchangedEdges exchanged(static_cast<std::size_t>(graph.count()));
  for (NodeId id = 0; id < graph.count(); ++id)
    for (std::size_t i = 0; i < graph.node(id).inputs.size(); ++i)
      exchanged[id].push_back(is_exchanged(graph, partition, id, i));
  return exchanged;
}

Placement place(const Graph& graph, const Partition& partition, int part, const ExchangedEdges& exchanged,
                Overlap overlap) {
  Placement placement;
  for (NodeId id = 0; id < graph.count(); ++id) {
    const Graph::Node& node = graph.node(id);
    placement.owned.push_back(node.layer ? owned_box(graph, partition, id, part) : Box{});
    placement.edges.emplace_back();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Box wanted = part_wants(graph, partition, id, i, part);
      placement.edges[id].push_back({wanted, exchanged[id][i]});
      const NodeId producer = node.inputs[i];
      if (!graph.node(producer).layer) placement.owned[producer] = hull(placement.owned[producer], wanted);
    }
  }
  for (NodeId id = 0; id < graph.count(); ++id)
    placement.slabs.push_back(slabs(graph, placement, id, overlap));
  return placement;
}

}  // namespace

Placement place(const Graph& graph, const Partition& partition, int part, Overlap overlap) {
  return place(graph, partition, part, exchanged_edges(graph, partition), overlap);
}

std::vector<Placement> place_all(const Graph& graph, const Partition& partition, Overlap overlap) {
  const ExchangedEdges exchanged = exchanged_edges(graph, partition);
  std::vector<Placement> placements;
  for (int part = 0; part < partition.parts(); ++part)
    placements.push_back(place(graph, partition, part, exchanged, overlap));
  return placements;
}

}  // namespace tessera
