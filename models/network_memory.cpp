#include "models/network_memory.hpp"

#include <algorithm>
#include <vector>

#include "models/activation_plan.hpp"

namespace tessera {

NetworkMemory network_memory(const Graph& graph, const Placement& placement, const Program& program,
                             Kernels& kernels) {
  NetworkMemory memory;
  std::vector<BackwardReads> reads(static_cast<std::size_t>(graph.count()));
  std::vector<std::size_t> saved(reads.size());
  for (NodeId id = 0; id < graph.count(); ++id) {
    if (!graph.node(id).layer || placement.owned[id].empty()) continue;
    const auto op =
        graph.node(id).layer->localize(local_site(graph, placement, id, kernels.element()), kernels);
    reads[id] = {op->backward_reads_inputs(), op->backward_reads_output()};
    saved[id] = op->saved_bytes();
    memory.scratch = std::max(memory.scratch, op->scratch_bytes());
  }

  const auto bytes = [&](NodeId tensor, const Box& box) {
    return Layout{graph.shape(tensor).n, graph.shape(tensor).c, box, kernels.element()}.bytes();
  };
  const auto size = [&](const Buffer& buffer) {
    if (buffer.kind == Buffer::Kind::Saved) return saved[buffer.node];
    if (buffer.input < 0) return bytes(buffer.node, placement.owned[buffer.node]);
    const NodeId producer = graph.node(buffer.node).inputs[buffer.input];
    const Placement::Edge& edge = placement.edges[buffer.node][buffer.input];
    const bool scattered = buffer.kind == Buffer::Kind::Contribution;
    return bytes(producer, scattered ? placement.owned[producer] : edge.wanted);
  };
  memory.activations = plan_activations(graph, placement, program, reads, size).bytes;
  return memory;
}

}  // namespace tessera
