#include "harness/machine/cpus_of_part.hpp"

#include <hwloc/glibc-sched.h>

#include <vector>

#include "harness/machine/topology.hpp"
#include "models/base/interval.hpp"

namespace tessera {

std::optional<cpu_set_t> cpus_of_part(int part, int parts) {
  if (parts <= 1) return std::nullopt;
  const Topology topology = load_topology();
  const std::vector<CpuSet> cores = cores_of(topology.get(), affinity_mask(topology.get()));
  const auto count = static_cast<int>(cores.size());
  if (count < parts) return std::nullopt;
  const Interval owned = part_of(count, part, parts);
  const CpuSet mine(hwloc_bitmap_alloc());
  for (std::int64_t i = owned.begin; i < owned.end; ++i)
    hwloc_bitmap_or(mine.get(), mine.get(), cores[static_cast<std::size_t>(i)].get());
  cpu_set_t cpus;
  if (hwloc_cpuset_to_glibc_sched_affinity(topology.get(), mine.get(), &cpus, sizeof cpus) != 0)
    return std::nullopt;
  return cpus;
}

}  // namespace tessera
