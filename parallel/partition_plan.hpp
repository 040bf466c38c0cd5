#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/network/network_memory.hpp"
#include "parallel/gradient_reducer.hpp"
#include "parallel/partition.hpp"

/// What a run on a grid of processes will own, send, compute and hold, found without a message, a sample or
/// the memory of a network.
namespace tessera {

/// Messages of one process, one way.
struct Traffic {
  std::int64_t messages = 0, bytes = 0;

  Traffic& operator+=(const Traffic& other) {
    messages += other.messages;
    bytes += other.bytes;
    return *this;
  }
  friend bool operator==(const Traffic&, const Traffic&) = default;
};

/// What one part does of one node.
struct NodeWork {
  Box owned;                                   // of the output; of the network's input: what is read of it
  double forward_flop = 0, training_flop = 0;  // counted as Graph counts them, of these boxes
  friend bool operator==(const NodeWork&, const NodeWork&) = default;
};

/// One part's share of an edge whose reader wants what other parts own.
struct EdgeTraffic {
  Traffic received, sent;  // gathering; the scatter-add is the same reversed
  /// By the order of the part's program, something is computed between the start of the messages and the wait
  /// for them.
  bool gather_hidden = false, scatter_hidden = false;
  std::size_t buffer_bytes = 0;  // of memory; see BoxExchange
  friend bool operator==(const EdgeTraffic&, const EdgeTraffic&) = default;
};

struct PlannedEdge {
  std::string producer;
  std::vector<EdgeTraffic> parts;
  friend bool operator==(const PlannedEdge&, const PlannedEdge&) = default;
};

struct PlannedNode {
  std::string name;
  Shape shape;
  Spread spread = Spread::Split;
  std::vector<NodeWork> parts;
  std::vector<PlannedEdge> exchanges;
  friend bool operator==(const PlannedNode&, const PlannedNode&) = default;
};

/// One all-reduce of gradients. Hidden: every part still has something to compute when it starts.
struct PlannedBucket {
  std::vector<std::string> parameters;
  std::size_t bytes = 0;
  bool hidden = false;
  friend bool operator==(const PlannedBucket&, const PlannedBucket&) = default;
};

struct PartitionPlan {
  GridDims grid;
  std::vector<PlannedNode> nodes;        // by node
  std::vector<NetworkMemory> memory;     // by part
  std::vector<std::size_t> input_bytes;  // by part: of one batch, as the part reads it
  std::vector<PlannedBucket> buckets;    // empty on one process
  std::size_t parameter_bytes = 0;
  std::size_t gradient_bytes = 0;  // of the trained parameters
  double training_flop = 0;        // of a replica's batch on one process

  /// Of a training step, by part.
  std::vector<double> part_flop() const;
  /// Of all gathers of a step, by part.
  std::vector<Traffic> received() const;
  std::vector<Traffic> sent() const;
  /// Memory of all exchanges, by part.
  std::vector<std::size_t> buffer_bytes() const;
  friend bool operator==(const PartitionPlan&, const PartitionPlan&) = default;
};

/// Work of one forward call of a node on one process, two flop a multiply-add: of its own boxes.
double local_forward_flop(const Graph& graph, const Placement& placement, NodeId node);

/// graph: of one replica's batch; parameters: the graph's. kernels say how much memory they need, so they
/// should be those of the run. Thousands of parts take seconds.
PartitionPlan plan_partition(const Graph& graph, const GridDims& grid, Kernels& kernels,
                             const ParameterStore& parameters, Overlap overlap = Overlap::Auto);

}  // namespace tessera
