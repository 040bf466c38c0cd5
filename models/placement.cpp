#include "models/placement.hpp"

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

}  // namespace tessera
