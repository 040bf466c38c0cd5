#include "models/network/activation_plan.hpp"

#include <optional>

#include "models/network/memory_plan.hpp"

namespace tessera {
namespace {

using Step = ProgramStep::Kind;

/// The buffers that one step reads or writes.
class Touched {
 public:
  Touched(const Graph& graph, const Placement& placement, std::span<const OpMemory> ops)
      : graph_(graph), placement_(placement), ops_(ops) {}

  std::vector<Buffer> by(const ProgramStep& step) const {
    const NodeId id = step.node;
    switch (step.kind) {
      case Step::StartGather:
      case Step::FinishGather:
      case Step::CopyWanted:
        return {{Buffer::Kind::Value, producer(step)}, {Buffer::Kind::Wanted, id, step.input}};
      case Step::ForwardInterior:
      case Step::Forward: {
        std::vector<Buffer> touched = {{Buffer::Kind::Value, id}, {Buffer::Kind::Saved, id}};
        add_inputs(id, touched);
        return touched;
      }
      case Step::BackwardInputs: {
        std::vector<Buffer> touched = backward_call(id);
        for (int i = 0; i < inputs(id); ++i)
          touched.push_back(input_gradient_buffer(graph_, placement_, id, i));
        return touched;
      }
      case Step::BackwardParameters:
        return backward_call(id);
      case Step::StartScatterAdd:
      case Step::FinishScatterAdd:
        return {{Buffer::Kind::WantedGradient, id, step.input},
                scattered_buffer(graph_, placement_, id, step.input)};
      case Step::AddGradient:
        return {{Buffer::Kind::WantedGradient, id, step.input},
                scattered_buffer(graph_, placement_, id, step.input),
                {Buffer::Kind::Gradient, producer(step)}};
      case Step::ClearGradient:
        return {{Buffer::Kind::Gradient, id}};
      case Step::Ready:
        return {};
    }
    return {};
  }

 private:
  int inputs(NodeId id) const { return static_cast<int>(graph_.node(id).inputs.size()); }
  NodeId producer(const ProgramStep& step) const { return graph_.node(step.node).inputs[step.input]; }
  void add_inputs(NodeId id, std::vector<Buffer>& touched) const {
    for (int i = 0; i < inputs(id); ++i) touched.push_back(input_buffer(graph_, placement_, id, i));
  }
  std::vector<Buffer> backward_call(NodeId id) const {
    std::vector<Buffer> touched = {{Buffer::Kind::Gradient, id}, {Buffer::Kind::Saved, id}};
    if (ops_[id].backward_reads_output) touched.push_back({Buffer::Kind::Value, id});
    if (ops_[id].backward_reads_inputs) add_inputs(id, touched);
    return touched;
  }

  const Graph& graph_;
  const Placement& placement_;
  std::span<const OpMemory> ops_;
};

/// In which memory each buffer lies, and how much it needs.
class Homes {
 public:
  Homes(const Graph& graph, const Placement& placement, std::span<const OpMemory> ops, Element element)
      : graph_(graph), placement_(placement), ops_(ops), element_(element) {}

  struct Home {
    Buffer buffer;  // itself, or the one that it is a part of
    std::size_t offset = 0;
  };
  Home of(const Buffer& buffer) const {
    const auto& [kind, node, input] = buffer;
    if (kind == Buffer::Kind::Value)
      for (const Graph::Edge& edge : graph_.readers(node))
        if (const auto offset = run_of_owned(edge))
          return {{Buffer::Kind::Wanted, edge.node, edge.input}, *offset};
    if (kind == Buffer::Kind::Gradient)
      for (const Graph::Edge& edge : graph_.readers(node))
        if (scattered_buffer(graph_, placement_, edge.node, edge.input) == buffer)
          if (const auto offset = run_of_owned(edge))
            return {{Buffer::Kind::WantedGradient, edge.node, edge.input}, *offset};
    if (kind == Buffer::Kind::Contribution)
      if (const auto offset = run_of_owned({node, input}))
        return {{Buffer::Kind::WantedGradient, node, input}, *offset};
    return {buffer};
  }

  std::size_t bytes(const Buffer& buffer) const {
    switch (buffer.kind) {
      case Buffer::Kind::Value:
      case Buffer::Kind::Gradient:
        return layout(buffer.node, placement_.owned[buffer.node]).bytes();
      case Buffer::Kind::Saved:
        return ops_[buffer.node].saved_bytes;
      case Buffer::Kind::Contribution:
        return layout(producer(buffer), placement_.owned[producer(buffer)]).bytes();
      default:
        return layout(producer(buffer), placement_.edges[buffer.node][buffer.input].wanted).bytes();
    }
  }

 private:
  Layout layout(NodeId node, const Box& box) const { return graph_.layout(node, box, element_); }
  NodeId producer(const Buffer& edge) const { return graph_.node(edge.node).inputs[edge.input]; }

  // Where what is owned here begins in what an exchanged edge wants, if all of it is wanted, as one run.
  std::optional<std::size_t> run_of_owned(const Graph::Edge& edge) const {
    const auto& [wanted, exchanged] = placement_.edges[edge.node][edge.input];
    const NodeId produced = graph_.node(edge.node).inputs[edge.input];
    const Box& owned = placement_.owned[produced];
    if (!exchanged || owned.empty() || !wanted.contains(owned)) return std::nullopt;
    return run_offset(layout(produced, wanted), owned);
  }

  const Graph& graph_;
  const Placement& placement_;
  std::span<const OpMemory> ops_;
  Element element_;
};

}  // namespace

Buffer input_buffer(const Graph& graph, const Placement& placement, NodeId node, int input) {
  if (aliases_producer(graph, placement, node, input))
    return {Buffer::Kind::Value, graph.node(node).inputs[input]};
  return {Buffer::Kind::Wanted, node, input};
}

Buffer input_gradient_buffer(const Graph& graph, const Placement& placement, NodeId node, int input) {
  switch (gradient_path(graph, placement, node, input)) {
    case GradientPath::None:
      return {Buffer::Kind::Gradient, -1};
    case GradientPath::Direct:
      return {Buffer::Kind::Gradient, graph.node(node).inputs[input]};
    default:
      return {Buffer::Kind::WantedGradient, node, input};
  }
}

Buffer scattered_buffer(const Graph& graph, const Placement& placement, NodeId node, int input) {
  if (!placement.edges[node][input].exchanged) return {Buffer::Kind::WantedGradient, node, input};
  if (gradient_path(graph, placement, node, input) == GradientPath::Exchanged)
    return {Buffer::Kind::Gradient, graph.node(node).inputs[input]};
  return {Buffer::Kind::Contribution, node, input};
}

ActivationPlan plan_activations(const Graph& graph, const Placement& placement, const Program& program,
                                std::span<const OpMemory> ops, Element element) {
  const Touched touched(graph, placement, ops);
  const Homes homes(graph, placement, ops, element);
  std::map<Buffer, Homes::Home> home_of;
  std::map<Buffer, BufferLifetime> lifetimes;  // of homes
  const auto touch = [&](const Buffer& buffer, int position) {
    if (buffer.node < 0 || (buffer.kind == Buffer::Kind::Value && !graph.node(buffer.node).layer)) return;
    const Homes::Home& home = home_of.try_emplace(buffer, homes.of(buffer)).first->second;
    const auto lifetime =
        lifetimes.try_emplace(home.buffer, BufferLifetime{position, position, homes.bytes(home.buffer)})
            .first;
    lifetime->second.last = position;
  };

  int position = 0;
  for (const ProgramStep& step : program.forward) {
    for (const Buffer& buffer : touched.by(step)) touch(buffer, position);
    ++position;
  }
  // The loss stands between the passes; the prediction stays readable to the end of the step.
  touch({Buffer::Kind::Gradient, graph.output()}, position++);
  for (const ProgramStep& step : program.backward) {
    for (const Buffer& buffer : touched.by(step)) touch(buffer, position);
    ++position;
  }
  touch({Buffer::Kind::Value, graph.output()}, position);

  std::vector<BufferLifetime> list;
  list.reserve(lifetimes.size());
  for (const auto& [buffer, lifetime] : lifetimes) list.push_back(lifetime);
  const MemoryPlan memory = plan_memory(list);
  std::map<Buffer, std::size_t> offset_of;
  auto offset = memory.offsets.begin();
  for (const auto& [buffer, lifetime] : lifetimes) offset_of.emplace(buffer, *offset++);
  ActivationPlan plan{{}, memory.bytes};
  for (const auto& [buffer, home] : home_of)
    plan.offsets.emplace(buffer, offset_of.at(home.buffer) + home.offset);
  return plan;
}

}  // namespace tessera
