#include "harness/config/benchmark_table.hpp"

#include <cassert>

#include "harness/config/cosmoflow_config.hpp"
#include "harness/config/deepcam_config.hpp"
#include "harness/config/sequential_config.hpp"

namespace tessera {

Registry<BenchmarkTable>& benchmark_tables() {
  static Registry<BenchmarkTable> all(
      {&cosmoflow_table(), &deepcam_table(), &sequential_table(), &resnet50_table()});
  return all;
}

const BenchmarkTable& table_of(const Config& config) {
  const BenchmarkTable* table = benchmark_tables().find(config.mlperf.benchmark);
  assert(table != nullptr);
  return *table;
}

}  // namespace tessera
