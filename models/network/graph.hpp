#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/network/layer.hpp"

namespace tessera {

/// Number of a node in its graph; nodes are numbered in the order in which they were added, inputs first
/// read.
using NodeId = int;

/// The computation on whole tensors: nodes in topological order, shapes inferred as they are added. Knows no
/// process.
class Graph {
 public:
  struct Node {
    std::string name;
    std::unique_ptr<const Layer> layer;  // null for an input of the network
    std::vector<NodeId> inputs;
    Shape shape;
    Spread spread = Spread::Split;
    Precision precision = Precision::OfKernels;
  };

  /// One input of a node.
  struct Edge {
    NodeId node;
    int input;
  };

  /// separator: between the names of nodes and their parameters; Keras has "/", PyTorch ".".
  explicit Graph(std::string separator = "/") : separator_(std::move(separator)) {}

  NodeId input(std::string name, const Shape& shape);
  /// Throws InputError, with the node's name as place, when the layer can't take these inputs.
  NodeId add(std::string name, std::unique_ptr<const Layer> layer, std::vector<NodeId> inputs);

  int count() const { return static_cast<int>(nodes_.size()); }
  const Node& node(NodeId node) const { return nodes_[node]; }
  const Shape& shape(NodeId node) const { return nodes_[node].shape; }
  /// What is held of a node's value where the box is; kernels: the element of those that compute it.
  Layout layout(NodeId node, const Box& box, Element kernels) const;
  /// The node that was added last: the prediction.
  NodeId output() const { return count() - 1; }
  std::vector<Shape> input_shapes(NodeId node) const;
  /// The edges that read a node's output, in the order of their nodes.
  std::vector<Edge> readers(NodeId producer) const;

  /// Work on the whole batch, two flop a multiply-add, taps in the padding counted: of a forward pass, and of
  /// a training step (forward, gradients of parameters, gradients of inputs where an input is not the
  /// network's).
  double forward_flop() const;
  double training_flop() const;
  /// The same of one node; 0 for an input.
  double forward_flop(NodeId node) const;
  double training_flop(NodeId node) const;

  /// All parameters, named "<node><separator><parameter>", in the order in which a backward pass completes
  /// their gradients; those that aren't trained come last.
  std::vector<ParameterSpec> parameters() const;
  /// Those of one node, in the order of its layer.
  std::vector<ParameterSpec> parameters(NodeId node) const;

 private:
  std::string separator_;
  std::vector<Node> nodes_;
};

}  // namespace tessera
