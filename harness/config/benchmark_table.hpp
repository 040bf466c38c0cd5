#pragma once

#include <any>
#include <string_view>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/config/config_field.hpp"
#include "models/base/registry.hpp"

namespace tessera {

/// What a benchmark has in a configuration beside the keys of all. One file each: cosmoflow_config.cpp,
/// deepcam_config.cpp.
struct BenchmarkTable {
  std::string_view name;  // model.name and mlperf.benchmark
  /// Its part of a Config, Config::of_benchmark, before anything is read.
  std::any (*defaults)();
  /// Its keys, by sections that config_schema() has, tied to members of `config`; of another section
  /// config_schema() throws std::logic_error.
  std::vector<Section> (*sections)(Config& config);
  /// settle() of what concerns this benchmark alone.
  void (*settle)(Config& config);
};

Registry<BenchmarkTable>& benchmark_tables();

/// Of the benchmark that mlperf.benchmark names, which must be registered, as parse_config() sees to.
const BenchmarkTable& table_of(const Config& config);

}  // namespace tessera
