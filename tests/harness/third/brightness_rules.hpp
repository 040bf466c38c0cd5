#pragma once

#include "results/check/benchmark.hpp"

namespace tessera {

const Benchmark& brightness_benchmark();

}  // namespace tessera
