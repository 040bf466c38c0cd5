#include "harness/machine/core_share.hpp"

#include <hwloc/glibc-sched.h>

#include <vector>

#include "harness/machine/topology.hpp"

namespace tessera {

std::optional<cpu_set_t> core_share(int part, int parts) {
  if (parts <= 1) return std::nullopt;
  const Topology topology = load_topology();
  const CpuSet bound(hwloc_bitmap_alloc());
  if (hwloc_get_cpubind(topology.get(), bound.get(), HWLOC_CPUBIND_PROCESS) != 0) return std::nullopt;
  std::vector<hwloc_obj_t> cores;
  hwloc_obj_t core = nullptr;
  while ((core = hwloc_get_next_obj_by_type(topology.get(), HWLOC_OBJ_CORE, core)) != nullptr)
    if (hwloc_bitmap_intersects(core->cpuset, bound.get())) cores.push_back(core);
  const auto count = static_cast<int>(cores.size());
  if (count < parts) return std::nullopt;
  const CpuSet mine(hwloc_bitmap_alloc());
  for (int i = count * part / parts; i < count * (part + 1) / parts; ++i)
    hwloc_bitmap_or(mine.get(), mine.get(), cores[static_cast<std::size_t>(i)]->cpuset);
  hwloc_bitmap_and(mine.get(), mine.get(), bound.get());
  cpu_set_t cpus;
  if (hwloc_cpuset_to_glibc_sched_affinity(topology.get(), mine.get(), &cpus, sizeof cpus) != 0)
    return std::nullopt;
  return cpus;
}

}  // namespace tessera
