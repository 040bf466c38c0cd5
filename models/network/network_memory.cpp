#include "models/network/network_memory.hpp"

#include <algorithm>
#include <vector>

#include "models/network/activation_plan.hpp"

namespace tessera {

NetworkMemory network_memory(const Graph& graph, const Placement& placement, const Program& program,
                             Kernels& kernels) {
  NetworkMemory memory;
  std::vector<OpMemory> ops(static_cast<std::size_t>(graph.count()));
  for (NodeId id = 0; id < graph.count(); ++id) {
    const Layer* const layer = graph.node(id).layer.get();
    if (!layer || (placement.owned[id].empty() && !layer->sums_over_group())) continue;
    const auto localize = [&](const Site& site) {
      auto op = layer->localize(site, kernels);
      memory.scratch = std::max(memory.scratch, op->scratch_bytes());
      return op;
    };
    const Site site = local_site(graph, placement, id, kernels.element());
    const auto op = localize(site);
    ops[id] = {op->backward_reads_inputs(), op->backward_reads_output(), op->saved_bytes()};
    for (const Box& slab : placement.slabs[id]) localize(slab_site(graph, site, slab));
  }
  memory.activations = plan_activations(graph, placement, program, ops, kernels.element()).bytes;
  return memory;
}

}  // namespace tessera
