#include "models/network/graph.hpp"

#include <algorithm>
#include <utility>

#include "models/base/error.hpp"

namespace tessera {

NodeId Graph::input(std::string name, const Shape& shape) {
  nodes_.push_back({std::move(name), nullptr, {}, shape, Spread::Split, Precision::OfKernels});
  return count() - 1;
}

NodeId Graph::add(std::string name, std::unique_ptr<const Layer> layer, std::vector<NodeId> inputs) {
  std::vector<Shape> shapes;
  std::vector<Spread> spreads;
  std::vector<Precision> precisions;
  for (const NodeId input : inputs) {
    shapes.push_back(node(input).shape);
    spreads.push_back(node(input).spread);
    precisions.push_back(node(input).precision);
  }
  try {
    if (!layer->has_input_gradients() &&
        std::ranges::any_of(inputs, [this](NodeId input) { return node(input).layer != nullptr; }))
      throw InputError("it has no gradients for the layers below it", "graph", "let it read an input alone");
    const Shape shape = layer->output(shapes);
    const Spread spread = layer->spread(spreads);
    const Precision precision = layer->precision(precisions);
    nodes_.push_back({std::move(name), std::move(layer), std::move(inputs), shape, spread, precision});
  } catch (const InputError& error) {
    throw InputError(error.problem(), fmt::format("layer {} ({})", name, error.where()), error.fix());
  }
  return count() - 1;
}

Layout Graph::layout(NodeId node, const Box& box, Element kernels) const {
  const Element element = nodes_[node].precision == Precision::Wide ? wide(kernels) : kernels;
  return {nodes_[node].shape.n, nodes_[node].shape.c, box, element};
}

std::vector<Shape> Graph::input_shapes(NodeId node) const {
  std::vector<Shape> shapes;
  for (const NodeId input : nodes_[node].inputs) shapes.push_back(nodes_[input].shape);
  return shapes;
}

double Graph::forward_flop(NodeId node) const {
  return nodes_[node].layer ? nodes_[node].layer->forward_flop(input_shapes(node), nodes_[node].shape) : 0;
}

double Graph::training_flop(NodeId node) const {
  if (!nodes_[node].layer) return 0;
  const bool inputs_differ = std::ranges::any_of(
      nodes_[node].inputs, [this](NodeId input) { return nodes_[input].layer != nullptr; });
  return (inputs_differ ? 3 : 2) * forward_flop(node);
}

std::vector<Graph::Edge> Graph::readers(NodeId producer) const {
  std::vector<Edge> edges;
  for (NodeId id = 0; id < count(); ++id)
    for (std::size_t i = 0; i < nodes_[id].inputs.size(); ++i)
      if (nodes_[id].inputs[i] == producer) edges.push_back({id, static_cast<int>(i)});
  return edges;
}

double Graph::forward_flop() const {
  double flop = 0;
  for (NodeId id = 0; id < count(); ++id) flop += forward_flop(id);
  return flop;
}

double Graph::training_flop() const {
  double flop = 0;
  for (NodeId id = 0; id < count(); ++id) flop += training_flop(id);
  return flop;
}

std::vector<ParameterSpec> Graph::parameters() const {
  std::vector<ParameterSpec> all;
  for (NodeId id = count() - 1; id >= 0; --id) {
    if (!nodes_[id].layer) continue;
    const std::vector<ParameterSpec> own = parameters(id);
    all.insert(all.end(), own.begin(), own.end());
  }
  std::stable_partition(all.begin(), all.end(), [](const ParameterSpec& spec) { return spec.trained; });
  return all;
}

std::vector<ParameterSpec> Graph::parameters(NodeId node) const {
  std::vector<ParameterSpec> own = nodes_[node].layer->parameters(input_shapes(node));
  for (ParameterSpec& spec : own) spec.name = nodes_[node].name + separator_ + spec.name;
  return own;
}

}  // namespace tessera
