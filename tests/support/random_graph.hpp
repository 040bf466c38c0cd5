#pragma once

#include <random>
#include <string>
#include <vector>

#include "models/layers/layers.hpp"
#include "models/network/graph.hpp"

namespace tessera::test {

/// Small graphs drawn from a seed: convolutions with kernel, stride, padding and dilation of their own along
/// each axis, pools, activations, and skips that are added or joined; 2-D and 3-D; every node is read. Half
/// of them end in a dense head, which all processes hold; the others in a map, which they share.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {}

  Graph draw() {
    const std::int64_t depth = chance(3) ? 1 : between(1, 9);
    nodes_ = {graph_.input("input", {between(1, 2), between(1, 3), {depth, between(1, 9), between(1, 9)}})};
    const std::int64_t layers = between(2, 8);
    for (std::int64_t i = 0; i < layers; ++i) nodes_.push_back(add_layer());
    finish();
    return std::move(graph_);
  }

 private:
  std::int64_t between(std::int64_t lo, std::int64_t hi) {
    return std::uniform_int_distribution<std::int64_t>(lo, hi)(random_);
  }
  bool chance(std::int64_t in) { return between(1, in) == 1; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(choices.size()) - 1))];
  }
  NodeId add(LayerPtr layer, std::vector<NodeId> inputs) {
    return graph_.add("node" + std::to_string(graph_.count()), std::move(layer), std::move(inputs));
  }

  NodeId add_layer() {
    // Mostly a chain; now and then a branch from further up.
    const NodeId x = chance(3) ? one_of(nodes_) : nodes_.back();
    switch (between(0, 6)) {
      case 0:
        return add(leaky_relu(0.3), {x});
      case 1:
        return add(max_pool({.window = windows(x, false), .negative_slope = chance(2) ? 0.3 : 1.0}), {x});
      case 2:
        return add(tessera::add(), {x, one_of(like(x, true))});
      case 3:
        return add(concat(), {x, one_of(like(x, false))});
      default:
        return add(convolution({.out = between(1, 4), .window = windows(x, true)}), {x});
    }
  }

  // The nodes that can be added to x, or joined with it; x is one of them.
  std::vector<NodeId> like(NodeId x, bool same_channels) const {
    std::vector<NodeId> found;
    for (const NodeId node : nodes_) {
      const Shape &a = graph_.shape(node), &b = graph_.shape(x);
      if (a.space == b.space && (a.c == b.c || !same_channels)) found.push_back(node);
    }
    return found;
  }

  Windows windows(NodeId x, bool dilated) {
    Windows all;
    for (int axis = 0; axis < 3; ++axis) {
      Window w{.kernel = between(1, 3), .stride = between(1, 2)};
      if (dilated) w.dilation = between(1, 3);
      w.pad = between(0, dilated ? w.dilation * (w.kernel - 1) : w.kernel - 1);
      if (graph_.shape(x).space.axes()[axis] + 2 * w.pad > w.dilation * (w.kernel - 1)) all[axis] = w;
    }
    return all;
  }

  // Brings all ends that nothing reads together in one output.
  void finish() {
    std::vector<bool> read(static_cast<std::size_t>(graph_.count()), false);
    for (const NodeId node : nodes_)
      for (const NodeId input : graph_.node(node).inputs) read[input] = true;
    std::vector<NodeId> ends;
    for (const NodeId node : nodes_)
      if (!read[node]) ends.push_back(node);
    if (ends.size() == 1 && chance(2)) return;
    for (NodeId& end : ends) end = add(flatten(), {end});
    const NodeId joined = ends.size() == 1 ? ends[0] : add(concat(), ends);
    add(scaled_tanh(1.2), {add(dense({.out = 3}), {joined})});
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<NodeId> nodes_;
};

}  // namespace tessera::test
