#include "harness/workloads/make_workload.hpp"

#include <cassert>

#include "harness/workloads/workload_descriptor.hpp"

namespace tessera {

std::unique_ptr<Workload> make_workload(const Config& config, std::uint64_t seed) {
  const WorkloadDescriptor* workload = workloads().find(config.mlperf.benchmark);
  assert(workload != nullptr);  // the configuration accepts no other name
  return workload->make(config, seed);
}

}  // namespace tessera
