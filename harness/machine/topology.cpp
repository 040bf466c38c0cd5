#include "harness/machine/topology.hpp"

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

}  // namespace tessera
