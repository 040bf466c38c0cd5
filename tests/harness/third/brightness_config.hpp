#pragma once

#include "harness/config/benchmark_table.hpp"

namespace tessera {

/// What a configuration says of the benchmark Brightness alone.
struct BrightnessConfig {
  std::int64_t filters = 4;
  double lr = 0.1;
  double target_mae = 0.05;
};

const BenchmarkTable& brightness_table();

const BrightnessConfig& brightness_of(const Config& config);

}  // namespace tessera
