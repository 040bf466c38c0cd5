#include "harness/workloads/make_workload.hpp"

#include "harness/config/config_schema.hpp"
#include "harness/workloads/cosmoflow_workload.hpp"
#include "harness/workloads/deepcam_workload.hpp"

namespace tessera {

std::unique_ptr<Workload> make_workload(const Config& config, std::uint64_t seed) {
  if (config.mlperf.benchmark == kDeepcam) return std::make_unique<DeepcamWorkload>(config);
  return std::make_unique<CosmoflowWorkload>(config, seed);
}

}  // namespace tessera
