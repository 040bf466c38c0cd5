#include "harness/workloads/workload_descriptor.hpp"

#include "harness/workloads/cosmoflow_workload.hpp"
#include "harness/workloads/deepcam_workload.hpp"
#include "harness/workloads/sequential_workload.hpp"

namespace tessera {

Registry<WorkloadDescriptor>& workloads() {
  static Registry<WorkloadDescriptor> all(
      {&cosmoflow_descriptor(), &deepcam_descriptor(), &sequential_descriptor(), &resnet50_descriptor()});
  return all;
}

void register_workload(const WorkloadDescriptor& workload) {
  if (workload.benchmark != nullptr) benchmarks().add(*workload.benchmark);
  benchmark_tables().add(workload.table);
  workloads().add(workload);
}

}  // namespace tessera
