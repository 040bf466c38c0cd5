#include "parallel/partition_plan.hpp"

#include <algorithm>
#include <map>

#include "models/network/program.hpp"
#include "parallel/box_exchange.hpp"
#include "parallel/exchange_plan.hpp"
#include "parallel/place.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;
using Steps = std::vector<ProgramStep>;

/// Whether a part computes something in a step: not where it owns nothing of the output.
class Computes {
 public:
  explicit Computes(const Placement& placement) : placement_(placement) {}

  bool operator()(const ProgramStep& step) const {
    return !placement_.owned[step.node].empty() &&
           (step.kind == Kind::ForwardInterior || step.kind == Kind::Forward ||
            step.kind == Kind::BackwardInputs || step.kind == Kind::BackwardParameters);
  }
  bool between(const Steps& steps, const ProgramStep& from, const ProgramStep& to) const {
    const auto begin = std::find(steps.begin(), steps.end(), from);
    return std::any_of(begin, std::find(begin, steps.end(), to), *this);
  }
  bool after(const Steps& steps, const ProgramStep& from) const {
    return std::any_of(std::find(steps.begin(), steps.end(), from), steps.end(), *this);
  }

 private:
  const Placement& placement_;
};

class Planner {
 public:
  Planner(const Graph& graph, const GridDims& grid, Kernels& kernels, const ParameterStore& parameters,
          Overlap overlap)
      : graph_(graph),
        kernels_(kernels),
        parameters_(parameters),
        placements_(place_all(graph, Partition(grid), overlap)) {
    plan_.grid = grid;
    plan_.parameter_bytes = parameters.bytes();
    plan_.gradient_bytes = parameters.trained_bytes();
    plan_.training_flop = graph.training_flop();
    for (const Placement& placement : placements_) prepared_.push_back(&prepare(placement));
  }

  PartitionPlan plan() && {
    for (NodeId id = 0; id < graph_.count(); ++id) plan_.nodes.push_back(node(id));
    for (std::size_t part = 0; part < placements_.size(); ++part) {
      plan_.memory.push_back(prepared_[part]->memory);
      plan_.input_bytes.push_back(input_bytes(placements_[part]));
    }
    if (plan_.grid.processes() > 1)
      for (const GradientBucket& planned : gradient_buckets(parameters_, kGradientBucketBytes))
        plan_.buckets.push_back(bucket(planned));
    return std::move(plan_);
  }

 private:
  struct Prepared {
    Program program;
    NetworkMemory memory;
  };

  PlannedNode node(NodeId id) const {
    const Graph::Node& from = graph_.node(id);
    PlannedNode planned{from.name, from.shape, from.spread, {}, {}};
    for (const Placement& placement : placements_) {
      const double whole = local_forward_flop(graph_, placement, id),
                   forward = slabwise_flop(placement, id, whole);
      planned.parts.push_back({placement.owned[id], forward, forward + backward_calls(id) * whole});
    }
    for (int i = 0; i < static_cast<int>(from.inputs.size()); ++i)
      if (placements_[0].edges[id][i].exchanged) planned.exchanges.push_back(edge(id, i));
    return planned;
  }

  // Slabs of a transposed convolution share inputs, and with them work.
  double slabwise_flop(const Placement& placement, NodeId id, double whole) const {
    if (placement.slabs[id].empty()) return whole;
    double sum = 0;
    for (const Box& slab : placement.slabs[id]) {
      Placement alone = placement;
      alone.owned[id] = slab;
      for (std::size_t i = 0; i < alone.edges[id].size(); ++i)
        alone.edges[id][i].wanted = wanted_box(graph_, id, i, slab);
      sum += local_forward_flop(graph_, alone, id);
    }
    return sum;
  }

  // Each as much work as a forward call of the whole.
  double backward_calls(NodeId id) const {
    if (!graph_.node(id).layer) return 0;
    return local_site(graph_, placements_[0], id, kernels_.element()).input_gradients ? 2 : 1;
  }

  PlannedEdge edge(NodeId id, int input) const {
    const NodeId producer = graph_.node(id).inputs[input];
    PlannedEdge planned{graph_.node(producer).name, {}};
    std::vector<Box> owned, wanted;
    for (const Placement& placement : placements_) {
      owned.push_back(placement.owned[producer]);
      wanted.push_back(placement.edges[id][input].wanted);
    }
    const std::vector<ExchangePlan> exchanges = plan_exchanges(owned, wanted);
    for (std::size_t part = 0; part < placements_.size(); ++part) {
      const ExchangePlan& exchange = exchanges[part];
      const auto& [forward, backward] = prepared_[part]->program;
      const Computes computes(placements_[part]);
      planned.parts.push_back(
          {traffic(exchange.receive, producer), traffic(exchange.send, producer),
           computes.between(forward, {Kind::StartGather, id, input}, {Kind::FinishGather, id, input}),
           computes.between(backward, {Kind::StartScatterAdd, id, input},
                            {Kind::FinishScatterAdd, id, input}),
           BoxExchange::buffer_bytes(exchange,
                                     {layout(producer, owned[part]), layout(producer, wanted[part])})});
    }
    return planned;
  }

  Traffic traffic(const std::vector<Piece>& pieces, NodeId tensor) const {
    Traffic traffic;
    for (const Piece& piece : pieces)
      traffic += {1, static_cast<std::int64_t>(layout(tensor, piece.box).bytes())};
    return traffic;
  }

  Layout layout(NodeId tensor, const Box& box) const {
    return graph_.layout(tensor, box, kernels_.element());
  }

  // Parts whose boxes lie alike have the same program and need the same memory, so few are ever prepared.
  const Prepared& prepare(const Placement& placement) {
    const auto [found, is_new] = by_geometry_.try_emplace(geometry(placement));
    if (is_new) {
      found->second.program = compile(graph_, placement);
      found->second.memory = network_memory(graph_, placement, found->second.program, kernels_);
    }
    return found->second;
  }

  // All that program and memory depend on, wherever in the sample the part lies.
  std::vector<std::int64_t> geometry(const Placement& placement) const {
    std::vector<std::int64_t> sizes;
    const auto add_extents = [&](const Box& box) {
      for (const std::int64_t extent : box.extents().axes()) sizes.push_back(extent);
    };
    const auto add_alignment = [&](NodeId id, std::size_t i, const Box& output) {
      const Shape& shape = graph_.shape(graph_.node(id).inputs[i]);
      const std::array<Footprint, 3> reads = graph_.node(id).layer->reads(i, shape);
      for (int axis = 0; axis < 3; ++axis) {
        const Interval along = output.axes()[axis];
        const LocalPads pads = local_pads(reads[axis], along, shape.space.axes()[axis]);
        sizes.insert(sizes.end(),
                     {pads.lo, pads.hi, reads[axis].phase(along.begin), tile_phase(reads[axis], along)});
      }
    };
    for (NodeId id = 0; id < graph_.count(); ++id) {
      add_extents(placement.owned[id]);
      sizes.push_back(static_cast<std::int64_t>(placement.slabs[id].size()));
      for (const Box& slab : placement.slabs[id]) add_extents(slab);
      for (std::size_t i = 0; i < placement.edges[id].size(); ++i) {
        const Box& wanted = placement.edges[id][i].wanted;
        const Box& produced = placement.owned[graph_.node(id).inputs[i]];
        add_extents(wanted);
        sizes.push_back(wanted == produced ? 1 : 0);
        sizes.push_back(is_run(graph_.node(id).inputs[i], wanted, produced) ? 1 : 0);
        add_alignment(id, i, placement.owned[id]);
        for (const Box& slab : placement.slabs[id]) add_alignment(id, i, slab);
      }
    }
    return sizes;
  }

  // Winograd's tiles are two outputs of a window of three, as far apart as its dilation says, and begin where
  // the whole's do.
  static std::int64_t tile_phase(const Footprint& reads, Interval output) {
    const bool is_window = reads.num == 1 && reads.den == 1 && reads.hi > reads.lo;
    return is_window && !output.empty() ? output.begin % (reads.hi - reads.lo) : 0;
  }

  bool is_run(NodeId tensor, const Box& of, const Box& part) const {
    return !part.empty() && of.contains(part) && run_offset(layout(tensor, of), part).has_value();
  }

  std::size_t input_bytes(const Placement& placement) const {
    std::size_t bytes = 0;
    for (NodeId id = 0; id < graph_.count(); ++id)
      if (!graph_.node(id).layer) bytes += layout(id, placement.owned[id]).bytes();
    return bytes;
  }

  PlannedBucket bucket(const GradientBucket& of) const {
    PlannedBucket planned{{}, of.bytes, false};
    for (int p = of.first; p < of.last; ++p) planned.parameters.push_back(parameters_.spec(p).name);
    const ProgramStep ready{Kind::Ready, node_of(planned.parameters.back())};
    planned.hidden = true;
    for (std::size_t part = 0; part < placements_.size(); ++part)
      planned.hidden =
          planned.hidden && Computes(placements_[part]).after(prepared_[part]->program.backward, ready);
    return planned;
  }

  NodeId node_of(const std::string& parameter) const {
    NodeId id = 0;
    const auto holds = [&](NodeId node) {
      if (!graph_.node(node).layer) return false;
      const std::vector<ParameterSpec> specs = graph_.parameters(node);
      return std::any_of(specs.begin(), specs.end(),
                         [&](const auto& spec) { return spec.name == parameter; });
    };
    while (!holds(id)) ++id;
    return id;
  }

  const Graph& graph_;
  Kernels& kernels_;
  const ParameterStore& parameters_;
  std::vector<Placement> placements_;                          // by part
  std::map<std::vector<std::int64_t>, Prepared> by_geometry_;  // its elements never move
  std::vector<const Prepared*> prepared_;                      // by part
  PartitionPlan plan_;
};

template <class T>
std::vector<T> sum_over_edges(const PartitionPlan& plan, T EdgeTraffic::*which) {
  std::vector<T> sums(static_cast<std::size_t>(plan.grid.parts()));
  for (const PlannedNode& node : plan.nodes)
    for (const PlannedEdge& edge : node.exchanges)
      for (std::size_t part = 0; part < sums.size(); ++part) sums[part] += edge.parts[part].*which;
  return sums;
}

}  // namespace

std::vector<double> PartitionPlan::part_flop() const {
  std::vector<double> sums(static_cast<std::size_t>(grid.parts()));
  for (const PlannedNode& node : nodes)
    for (std::size_t part = 0; part < sums.size(); ++part) sums[part] += node.parts[part].training_flop;
  return sums;
}

std::vector<Traffic> PartitionPlan::received() const {
  return sum_over_edges(*this, &EdgeTraffic::received);
}
std::vector<Traffic> PartitionPlan::sent() const {
  return sum_over_edges(*this, &EdgeTraffic::sent);
}
std::vector<std::size_t> PartitionPlan::buffer_bytes() const {
  return sum_over_edges(*this, &EdgeTraffic::buffer_bytes);
}

double local_forward_flop(const Graph& graph, const Placement& placement, NodeId id) {
  const Graph::Node& node = graph.node(id);
  if (!node.layer) return 0;
  std::vector<Shape> inputs = graph.input_shapes(id);
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].space = placement.edges[id][i].wanted.extents();
  return node.layer->forward_flop(inputs, {node.shape.n, node.shape.c, placement.owned[id].extents()});
}

PartitionPlan plan_partition(const Graph& graph, const GridDims& grid, Kernels& kernels,
                             const ParameterStore& parameters, Overlap overlap) {
  return Planner(graph, grid, kernels, parameters, overlap).plan();
}

}  // namespace tessera
