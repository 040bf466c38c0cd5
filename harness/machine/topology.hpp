#pragma once

#include <hwloc.h>

#include <memory>
#include <vector>

namespace tessera {

struct DestroyTopology {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
struct FreeBitmap {
  void operator()(hwloc_bitmap_s* bitmap) const { hwloc_bitmap_free(bitmap); }
};

/// hwloc's picture of this machine, as far as this process may use it, and sets of its logical CPUs.
using Topology = std::unique_ptr<hwloc_topology, DestroyTopology>;
using CpuSet = std::unique_ptr<hwloc_bitmap_s, FreeBitmap>;

/// Throws MachineError when the machine can't be looked at.
Topology load_topology();

/// The logical CPUs that this process may run on now.
CpuSet affinity_mask(hwloc_topology_t topology);
/// The mask core by core, in hwloc's logical order, which keeps neighbours in caches and memory together.
std::vector<CpuSet> cores_of(hwloc_topology_t topology, const CpuSet& mask);

}  // namespace tessera
