#pragma once

#include "harness/workloads/workload_descriptor.hpp"

namespace tessera {

/// A benchmark of a few layers on data that are made in memory: how bright is a noisy picture? It stands for
/// any that is added to Tessera: its four files are all that is written for it.
const WorkloadDescriptor& brightness_workload();

}  // namespace tessera
