#pragma once

#include "results/check/benchmark.hpp"

namespace tessera {

const Benchmark& deepcam_benchmark();

/// What the closed division fixes of the optimizer; the norm is that of LAMB's gradients, at most.
inline constexpr double kDeepcamEpsilon = 1e-6, kDeepcamMaxGradientNorm = 1;

}  // namespace tessera
