#include "models/network/slabs.hpp"

#include <algorithm>
#include <array>

#include "models/base/tensor.hpp"

namespace tessera {
namespace {

/// One node on one process.
class Slicer {
 public:
  Slicer(const Graph& graph, const Placement& placement, NodeId node)
      : graph_(graph), placement_(placement), node_(node), owned_(placement.owned[node]) {
    while (axis_ < 2 && owned_.axes()[axis_].size() == 1) ++axis_;
  }

  // The planes that read no halo; empty if there is none.
  Interval interior() const {
    Interval planes = owned_.axes()[axis_];
    while (!planes.empty() && !reads_owned({planes.begin, planes.begin + 1})) ++planes.begin;
    while (!planes.empty() && !reads_owned({planes.end - 1, planes.end})) --planes.end;
    return planes;
  }
  Interval planes() const { return owned_.axes()[axis_]; }
  Box slab(Interval planes) const {
    std::array<Interval, 3> axes = owned_.axes();
    axes[axis_] = planes;
    return Box::of(axes);
  }
  // Whether the slab is one run of the output, and what it reads one run of each input.
  bool is_run(const Box& slab) const {
    const std::int64_t n = graph_.shape(node_).n;
    for (std::size_t i = 0; i < inputs(); ++i)
      if (!run_offset({n, 1, placement_.edges[node_][i].wanted}, wanted_box(graph_, node_, i, slab)))
        return false;
    return run_offset({n, 1, owned_}, slab).has_value();
  }

 private:
  std::size_t inputs() const { return graph_.node(node_).inputs.size(); }
  bool reads_owned(Interval planes) const {
    for (std::size_t i = 0; i < inputs(); ++i)
      if (placement_.edges[node_][i].exchanged && !placement_.owned[graph_.node(node_).inputs[i]].contains(
                                                      wanted_box(graph_, node_, i, slab(planes))))
        return false;
    return true;
  }

  const Graph& graph_;
  const Placement& placement_;
  NodeId node_;
  Box owned_;
  int axis_ = 0;
};

bool is_worth_it(const Graph& graph, const Placement& placement, NodeId node) {
  const Graph::Node& n = graph.node(node);
  const auto& edges = placement.edges[node];
  return !placement.owned[node].empty() && n.layer->forward_flop(graph.input_shapes(node), n.shape) > 0 &&
         std::any_of(edges.begin(), edges.end(), [](const auto& edge) { return edge.exchanged; });
}

}  // namespace

std::vector<Box> slabs(const Graph& graph, const Placement& placement, NodeId node, Overlap overlap) {
  if (overlap == Overlap::Off || !graph.node(node).layer || !is_worth_it(graph, placement, node)) return {};
  const Slicer slicer(graph, placement, node);
  const Interval interior = slicer.interior(), planes = slicer.planes();
  const std::int64_t margin = std::max(interior.begin - planes.begin, planes.end - interior.end);
  if (interior.empty() || margin == 0 || (overlap == Overlap::Auto && interior.size() < 3 * margin))
    return {};
  std::vector<Box> all;
  for (const Interval& part :
       {interior, Interval{planes.begin, interior.begin}, Interval{interior.end, planes.end}})
    if (!part.empty()) all.push_back(slicer.slab(part));
  const bool runs = std::all_of(all.begin(), all.end(), [&](const Box& slab) { return slicer.is_run(slab); });
  return runs ? all : std::vector<Box>{};
}

}  // namespace tessera
