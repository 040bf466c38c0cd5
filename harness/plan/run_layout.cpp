#include "harness/plan/run_layout.hpp"

#include "harness/plan/split.hpp"
#include "harness/workloads/make_workload.hpp"

namespace tessera {

RunLayout lay_out(const Config& config, std::uint64_t seed, const std::string& split, int ranks) {
  RunLayout layout;
  layout.workload = make_workload(config, seed);
  layout.grid = grid_of(split, ranks, layout.workload->graph(1));
  layout.batch = resolve_batch(config, layout.grid.replicas);
  layout.workload->check(layout.batch);
  return layout;
}

}  // namespace tessera
