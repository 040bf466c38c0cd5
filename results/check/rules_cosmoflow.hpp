#pragma once

#include "results/check/benchmark.hpp"

namespace tessera {

const Benchmark& cosmoflow_benchmark();

/// What the closed division fixes of the optimizer.
inline constexpr double kCosmoflowMomentum = 0.9;

}  // namespace tessera
