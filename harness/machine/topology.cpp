#include "harness/machine/topology.hpp"

#include <utility>

#include "models/base/error.hpp"

namespace tessera {

Topology load_topology() {
  hwloc_topology_t topology = nullptr;
  if (hwloc_topology_init(&topology) != 0) {
    throw MachineError("hwloc can't be initialised", "hardware topology", "check the hwloc library");
  }
  Topology owned(topology);
  if (hwloc_topology_load(topology) != 0) {
    throw MachineError("the machine's topology can't be read", "hardware topology",
                       "check that /sys is mounted and run lstopo");
  }
  return owned;
}

CpuSet affinity_mask(hwloc_topology_t topology) {
  CpuSet mask(hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(topology)));
  CpuSet bound(hwloc_bitmap_alloc());
  if (hwloc_get_cpubind(topology, bound.get(), HWLOC_CPUBIND_PROCESS) == 0) {
    hwloc_bitmap_and(mask.get(), mask.get(), bound.get());
  }
  return mask;
}

std::vector<CpuSet> cores_of(hwloc_topology_t topology, const CpuSet& mask) {
  // Some virtual machines show logical CPUs only.
  const hwloc_obj_type_t type = hwloc_get_type_or_below_depth(topology, HWLOC_OBJ_CORE) < 0 ||
                                        hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) < 1
                                    ? HWLOC_OBJ_PU
                                    : HWLOC_OBJ_CORE;
  std::vector<CpuSet> cores;
  for (int i = 0; i < hwloc_get_nbobjs_by_type(topology, type); ++i) {
    CpuSet core(hwloc_bitmap_dup(hwloc_get_obj_by_type(topology, type, i)->cpuset));
    hwloc_bitmap_and(core.get(), core.get(), mask.get());
    if (!hwloc_bitmap_iszero(core.get())) cores.push_back(std::move(core));
  }
  return cores;
}

}  // namespace tessera
