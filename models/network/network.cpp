#include "models/network/network.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include "models/kernels/direction.hpp"
#include "models/network/activation_plan.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

template <class T>
bool all_finite(std::span<const T> values) {
  return std::all_of(values.begin(), values.end(), [](Wide<T> value) { return std::isfinite(value); });
}

bool all_finite(ConstTensorView view) {
  return with_element(view.layout.element, [&]<class T>(T) { return all_finite(view.span<T>()); });
}

bool all_finite(ParameterStore& store, int parameter) {
  return with_wide_element(store.element(),
                           [&]<class T>(T) { return all_finite<T>(store.value<T>(parameter)); });
}

}  // namespace

Network::Network(const Graph& graph, const Placement& placement, Kernels& kernels, ParameterStore& parameters,
                 const ExchangeMaker& make_exchange)
    : graph_(graph), parameters_(parameters), program_(compile(graph, placement)), nodes_(graph.count()) {
  assert(wide(kernels.element()) == parameters.element());
  for (NodeId id = 0; id < graph.count(); ++id) {
    if (!graph.node(id).layer) input_ = id;
    layouts_.push_back(graph.layout(id, placement.owned[id], kernels.element()));
  }
  localize(placement, kernels, make_exchange);
  bind_memory(placement, kernels.element());
}

void Network::localize(const Placement& placement, Kernels& kernels, const ExchangeMaker& make_exchange) {
  std::size_t scratch = 0, exchanges = 0;
  for (NodeId id = 0; id < graph_.count(); ++id) {
    Node& node = nodes_[id];
    node.y.layout = node.dy.layout = layouts_[id];
    if (!graph_.node(id).layer) continue;
    const Site here = site(id, placement, kernels.element());
    for (std::size_t i = 0; i < here.wanted.size(); ++i) {
      const Layout& produced = layouts_[graph_.node(id).inputs[i]];
      const bool exchanged = placement.edges[id][i].exchanged;
      node.edges.push_back({{nullptr, here.wanted[i]},
                            {nullptr, here.wanted[i]},
                            {nullptr, here.wanted[i]},
                            {nullptr, exchanged ? produced : here.wanted[i]},
                            exchanged ? make_exchange(id, i) : nullptr});
      exchanges += exchanged;
    }
    for (const ParameterSpec& spec : graph_.parameters(id))
      if (spec.trained) node.parameters.push_back(parameters_.find(spec.name));
    if (here.owned.box.empty() && !graph_.node(id).layer->sums_over_group()) continue;
    node.op = graph_.node(id).layer->localize(here, kernels);
    scratch = std::max(scratch, node.op->scratch_bytes());
    for (const Box& box : placement.slabs[id]) {
      node.slabs.push_back(slab(here, box, kernels));
      scratch = std::max(scratch, node.slabs.back().op->scratch_bytes());
    }
  }
  scratch_ = AlignedBytes(scratch);
  in_flight_.reserve(exchanges);
}

Site Network::site(NodeId id, const Placement& placement, Element element) const {
  Site site = local_site(graph_, placement, id, element);
  auto view = site.parameters.begin();
  for (const ParameterSpec& spec : graph_.parameters(id)) {
    const std::size_t offset =
        parameters_.offset(parameters_.find(spec.name)) * bytes_of(parameters_.element());
    *view++ = {parameters_.values() + offset, spec.trained ? parameters_.gradients() + offset : nullptr};
  }
  return site;
}

Network::Slab Network::slab(const Site& whole, const Box& box, Kernels& kernels) const {
  Slab slab;
  const Site site = slab_site(graph_, whole, box);
  for (const Layout& wanted : site.wanted) slab.x.push_back({nullptr, wanted});
  slab.y.layout = site.owned;
  slab.op = graph_.node(static_cast<NodeId>(site.node)).layer->localize(site, kernels);
  assert(slab.op->saved_bytes() == 0 && "what an operation keeps is laid out for all of its output");
  return slab;
}

void Network::bind_memory(const Placement& placement, Element element) {
  std::vector<OpMemory> ops;
  for (const Node& node : nodes_)
    ops.push_back(node.op ? OpMemory{node.op->backward_reads_inputs(), node.op->backward_reads_output(),
                                     node.op->saved_bytes()}
                          : OpMemory{});
  const ActivationPlan plan = plan_activations(graph_, placement, program_, ops, element);
  memory_ = AlignedBytes(plan.bytes);
  const auto place = [&](const Buffer& buffer) -> std::byte* {
    const auto found = plan.offsets.find(buffer);
    return found == plan.offsets.end() ? nullptr : memory_.data() + found->second;
  };

  for (NodeId id = 0; id < graph_.count(); ++id) {
    Node& node = nodes_[id];
    node.y.bytes = place({Buffer::Kind::Value, id});
    node.dy.bytes = place({Buffer::Kind::Gradient, id});
    node.saved = {place({Buffer::Kind::Saved, id}), ops[id].saved_bytes};
    for (int i = 0; i < static_cast<int>(node.edges.size()); ++i) {
      Edge& edge = node.edges[i];
      edge.wanted.bytes = place({Buffer::Kind::Wanted, id, i});
      edge.x.bytes = place(input_buffer(graph_, placement, id, i));
      edge.dx.bytes = place(input_gradient_buffer(graph_, placement, id, i));
      edge.scattered.bytes = place(scattered_buffer(graph_, placement, id, i));
      node.x.push_back(edge.x);
      node.dx.push_back(edge.dx);
    }
    for (Slab& slab : node.slabs) {
      slab.y.bytes = node.y.bytes + *run_offset(node.y.layout, slab.y.layout.box);
      for (std::size_t i = 0; i < slab.x.size(); ++i) bind_slab_input(node, slab, i);
    }
  }
}

void Network::bind_slab_input(const Node& node, Slab& slab, std::size_t input) {
  const ConstTensorView& whole = node.x[input];
  if (whole.bytes != nullptr)  // the network's input is bound later
    slab.x[input].bytes = whole.bytes + *run_offset(whole.layout, slab.x[input].layout.box);
}

// The input lies in the caller's memory: nothing is copied where an operation reads all of it.
void Network::bind_input(ConstTensorView input) {
  assert(input.layout == layouts_[input_]);
  nodes_[input_].y.bytes = const_cast<std::byte*>(input.bytes);  // only ever read
  for (NodeId id = 0; id < graph_.count(); ++id)
    for (std::size_t i = 0; i < nodes_[id].edges.size(); ++i)
      if (graph_.node(id).inputs[i] == input_ && nodes_[id].edges[i].wanted.bytes == nullptr) {
        nodes_[id].x[i].bytes = input.bytes;
        for (Slab& slab : nodes_[id].slabs) bind_slab_input(nodes_[id], slab, i);
      }
}

OpCall Network::call(const Node& node, const StepContext& context) {
  return {context, node.saved, {scratch_.data(), scratch_.size()}};
}

ConstTensorView Network::forward(ConstTensorView input, const StepContext& context) {
  bind_input(input);
  for (const ProgramStep& step : program_.forward) {
    run_forward(step, context);
    after(step);
  }
  return nodes_[graph_.output()].y;
}

void Network::after(const ProgramStep& step) {
  if (starts_exchange(step.kind)) in_flight_.push_back(nodes_[step.node].edges[step.input].exchange.get());
  if (finishes_exchange(step.kind))
    std::erase(in_flight_, nodes_[step.node].edges[step.input].exchange.get());
  for (Exchange* exchange : in_flight_) exchange->poke();
  observer_(step);
}

void Network::run_forward(const ProgramStep& step, const StepContext& context) {
  Node& node = nodes_[step.node];
  if (step.kind == Kind::ForwardInterior) {
    run_slab(node, node.slabs.front(), context);
    return;
  }
  if (step.kind == Kind::Forward) {
    if (node.op && node.slabs.empty()) node.op->forward(node.x, node.y, call(node, context));
    for (std::size_t i = 1; i < node.slabs.size(); ++i) run_slab(node, node.slabs[i], context);
    return;
  }
  Edge& edge = node.edges[step.input];
  const TensorView produced = nodes_[graph_.node(step.node).inputs[step.input]].y;
  if (step.kind == Kind::StartGather) edge.exchange->start_gather(produced, edge.wanted);
  if (step.kind == Kind::FinishGather) edge.exchange->finish_gather();
  if (step.kind == Kind::CopyWanted) copy_box(produced, edge.wanted, edge.wanted.layout.box);
}

void Network::run_slab(const Node& node, const Slab& slab, const StepContext& context) {
  slab.op->forward(slab.x, slab.y, call(node, context));
}

void Network::backward(const StepContext& context, const BackwardHooks& hooks) {
  for (const ProgramStep& step : program_.backward) {
    run_backward(step, context, hooks);
    hooks.poke();
    after(step);
  }
}

void Network::run_backward(const ProgramStep& step, const StepContext& context, const BackwardHooks& hooks) {
  Node& node = nodes_[step.node];
  switch (step.kind) {
    case Kind::BackwardInputs:
      if (node.op) node.op->backward_inputs(node.x, node.y, node.dy, node.dx, call(node, context));
      return;
    case Kind::BackwardParameters:
      if (node.op)
        node.op->backward_parameters(node.x, node.y, node.dy, call(node, context));
      else
        clear_parameter_gradients(node);
      return;
    case Kind::Ready:
      for (const int parameter : node.parameters) hooks.ready(parameter);
      return;
    case Kind::ClearGradient:
      if (!node.dy.layout.box.empty()) std::memset(node.dy.bytes, 0, node.dy.layout.bytes());
      return;
    default:
      break;
  }
  Edge& edge = node.edges[step.input];
  if (step.kind == Kind::StartScatterAdd) edge.exchange->start_scatter_add(edge.dx, edge.scattered);
  if (step.kind == Kind::FinishScatterAdd) edge.exchange->finish_scatter_add();
  const ConstTensorView contribution = edge.scattered;
  if (step.kind == Kind::AddGradient)
    add_pieces({&contribution, 1}, nodes_[graph_.node(step.node).inputs[step.input]].dy);
}

void Network::clear_parameter_gradients(const Node& node) {
  for (const int parameter : node.parameters) {
    const std::size_t element = bytes_of(parameters_.element());
    std::memset(parameters_.gradients() + parameters_.offset(parameter) * element, 0,
                static_cast<std::size_t>(parameters_.spec(parameter).count()) * element);
  }
}

std::optional<NotFinite> Network::first_not_finite(ConstTensorView input, const StepContext& context) {
  std::optional<NotFinite> found;
  const auto note = [&found](bool finite, NodeId node, const char* what, const std::string& name) {
    if (!finite && !found) found = {node, fmt::format("{} {}", what, name)};
  };
  bind_input(input);
  note(all_finite(input), input_, "the", "input");
  for (const ProgramStep& step : program_.forward) {
    // All steps are run even after the find: other processes may wait for what this one sends.
    const Node& node = nodes_[step.node];
    if (step.kind == Kind::Forward)
      for (const int parameter : node.parameters)
        note(all_finite(parameters_, parameter), step.node, "parameter", parameters_.spec(parameter).name);
    run_forward(step, context);
    if (step.kind == Kind::Forward)
      note(all_finite(node.y), step.node, "the output of", graph_.node(step.node).name);
  }
  return found;
}

std::vector<std::pair<std::string, std::vector<std::string>>> Network::implementations() const {
  std::vector<std::pair<std::string, std::vector<std::string>>> all;
  for (NodeId id = 0; id < graph_.count(); ++id) {
    const Node& node = nodes_[id];
    if (!node.op || node.op->implementations().empty()) continue;
    std::vector<std::string> names = node.op->implementations();
    if (names.size() > 1 && !node.slabs.empty()) {  // which are what goes forward
      std::vector<std::string> of_slabs;
      for (const Slab& slab : node.slabs) of_slabs.push_back(slab.op->implementations().front());
      names.front() = joined(of_slabs);
    }
    all.emplace_back(graph_.node(id).name, std::move(names));
  }
  return all;
}

}  // namespace tessera
