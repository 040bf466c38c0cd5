#include "models/network/placement.hpp"

namespace tessera {

Placement Placement::whole(const Graph& graph) {
  Placement placement;
  for (NodeId id = 0; id < graph.count(); ++id) {
    placement.owned.push_back(Box::whole(graph.shape(id).space));
    placement.edges.emplace_back();
    placement.slabs.emplace_back();
    for (const NodeId input : graph.node(id).inputs)
      placement.edges.back().push_back({Box::whole(graph.shape(input).space), false});
  }
  return placement;
}

Box wanted_box(const Graph& graph, NodeId node, std::size_t input, const Box& output) {
  if (output.empty()) return {};
  const Shape& shape = graph.shape(graph.node(node).inputs[input]);
  const std::array<Footprint, 3> reads = graph.node(node).layer->reads(input, shape);
  std::array<Interval, 3> axes{};
  for (int axis = 0; axis < 3; ++axis)
    axes[axis] = wanted(reads[axis], output.axes()[axis], shape.space.axes()[axis]);
  return Box::of(axes);
}

Site local_site(const Graph& graph, const Placement& placement, NodeId id, Element element) {
  const Graph::Node& node = graph.node(id);
  Site site;
  site.name = node.name;
  site.node = static_cast<std::uint64_t>(id);
  site.inputs = graph.input_shapes(id);
  site.output = node.shape;
  site.owned = graph.layout(id, placement.owned[id], element);
  site.spread = node.spread;
  site.parameters.resize(node.layer->parameters(site.inputs).size());
  site.input_gradients = false;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    site.wanted.push_back(graph.layout(node.inputs[i], placement.edges[id][i].wanted, element));
    site.input_gradients |= graph.node(node.inputs[i]).layer != nullptr;
  }
  return site;
}

Site slab_site(const Graph& graph, Site site, const Box& slab) {
  site.owned.box = slab;
  for (std::size_t i = 0; i < site.wanted.size(); ++i)
    site.wanted[i].box = wanted_box(graph, static_cast<NodeId>(site.node), i, slab);
  return site;
}

}  // namespace tessera
