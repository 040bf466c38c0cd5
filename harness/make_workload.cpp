#include "harness/make_workload.hpp"

#include "harness/config_schema.hpp"
#include "harness/cosmoflow_workload.hpp"
#include "harness/deepcam_workload.hpp"

namespace tessera {

std::unique_ptr<Workload> make_workload(const Config& config, std::uint64_t seed) {
  if (config.mlperf.benchmark == kDeepcam) return std::make_unique<DeepcamWorkload>(config);
  return std::make_unique<CosmoflowWorkload>(config, seed);
}

}  // namespace tessera
