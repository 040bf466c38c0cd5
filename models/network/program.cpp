#include "models/network/program.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

bool is_input(const Graph& graph, NodeId node) {
  return !graph.node(node).layer;
}

void compile_forward(const Graph& graph, const Placement& placement, NodeId id,
                     std::vector<ProgramStep>& steps) {
  const auto inputs = static_cast<int>(graph.node(id).inputs.size());
  const auto exchanged = [&](const Graph::Edge& e) { return placement.edges[e.node][e.input].exchanged; };
  for (int i = 0; i < inputs; ++i)
    if (!exchanged({id, i}) && !aliases_producer(graph, placement, id, i))
      steps.push_back({Kind::CopyWanted, id, i});
  if (!placement.slabs[id].empty()) steps.push_back({Kind::ForwardInterior, id});
  for (int i = 0; i < inputs; ++i)
    if (exchanged({id, i})) steps.push_back({Kind::FinishGather, id, i});
  steps.push_back({Kind::Forward, id});
  for (const Graph::Edge& reader : graph.readers(id))
    if (exchanged(reader)) steps.push_back({Kind::StartGather, reader.node, reader.input});
}

void compile_backward(const Graph& graph, const Placement& placement, NodeId id, std::vector<bool>& cleared,
                      std::vector<ProgramStep>& steps) {
  const Graph::Node& node = graph.node(id);
  const auto inputs = static_cast<int>(node.inputs.size());
  const auto path = [&](int i) { return gradient_path(graph, placement, id, i); };
  const auto for_exchanged = [&](Kind kind) {
    for (int i = 0; i < inputs; ++i)
      if (path(i) != GradientPath::None && placement.edges[id][i].exchanged) steps.push_back({kind, id, i});
  };
  const bool wants_inputs = std::any_of(node.inputs.begin(), node.inputs.end(),
                                        [&](NodeId input) { return !is_input(graph, input); });

  if (wants_inputs) steps.push_back({Kind::BackwardInputs, id});
  for_exchanged(Kind::StartScatterAdd);
  if (!node.layer->parameters(graph.input_shapes(id)).empty())
    steps.insert(steps.end(), {{Kind::BackwardParameters, id}, {Kind::Ready, id}});
  for_exchanged(Kind::FinishScatterAdd);
  for (int i = 0; i < inputs; ++i) {
    if (path(i) != GradientPath::Added) continue;
    if (!cleared[node.inputs[i]]) steps.push_back({Kind::ClearGradient, node.inputs[i]});
    cleared[node.inputs[i]] = true;
    steps.push_back({Kind::AddGradient, id, i});
  }
}

const char* name(Kind kind) {
  switch (kind) {
    case Kind::StartGather:
      return "StartGather";
    case Kind::FinishGather:
      return "FinishGather";
    case Kind::CopyWanted:
      return "CopyWanted";
    case Kind::ForwardInterior:
      return "ForwardInterior";
    case Kind::Forward:
      return "Forward";
    case Kind::BackwardInputs:
      return "BackwardInputs";
    case Kind::StartScatterAdd:
      return "StartScatterAdd";
    case Kind::BackwardParameters:
      return "BackwardParameters";
    case Kind::Ready:
      return "Ready";
    case Kind::FinishScatterAdd:
      return "FinishScatterAdd";
    case Kind::ClearGradient:
      return "ClearGradient";
    case Kind::AddGradient:
      return "AddGradient";
  }
  return "";
}

}  // namespace

bool communicates(Kind kind) {
  return exchanges(kind) || kind == Kind::Ready;
}

bool starts_exchange(Kind kind) {
  return kind == Kind::StartGather || kind == Kind::StartScatterAdd;
}

bool finishes_exchange(Kind kind) {
  return kind == Kind::FinishGather || kind == Kind::FinishScatterAdd;
}

bool exchanges(Kind kind) {
  return starts_exchange(kind) || finishes_exchange(kind);
}

bool aliases_producer(const Graph& graph, const Placement& placement, NodeId node, std::size_t input) {
  const Placement::Edge& edge = placement.edges[node][input];
  return !edge.exchanged && edge.wanted == placement.owned[graph.node(node).inputs[input]];
}

GradientPath gradient_path(const Graph& graph, const Placement& placement, NodeId node, std::size_t input) {
  const NodeId producer = graph.node(node).inputs[input];
  if (is_input(graph, producer)) return GradientPath::None;
  if (graph.readers(producer).size() > 1) return GradientPath::Added;
  if (placement.edges[node][input].exchanged) return GradientPath::Exchanged;
  return aliases_producer(graph, placement, node, input) ? GradientPath::Direct : GradientPath::Added;
}

Program compile(const Graph& graph, const Placement& placement) {
  Program program;
  std::vector<bool> cleared(graph.count(), false);
  for (NodeId id = 0; id < graph.count(); ++id)
    if (!is_input(graph, id)) compile_forward(graph, placement, id, program.forward);
  for (NodeId id = graph.count() - 1; id >= 0; --id)
    if (!is_input(graph, id)) compile_backward(graph, placement, id, cleared, program.backward);
  return program;
}

std::string to_string(const Program& program, const Graph& graph) {
  std::string text;
  for (const auto* steps : {&program.forward, &program.backward})
    for (const ProgramStep& step : *steps) {
      text += fmt::format("{} {}", name(step.kind), graph.node(step.node).name);
      text += step.input < 0
                  ? "\n"
                  : fmt::format(" <- {}\n", graph.node(graph.node(step.node).inputs[step.input]).name);
    }
  return text;
}

}  // namespace tessera
