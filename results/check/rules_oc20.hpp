#pragma once

#include "results/check/benchmark.hpp"

namespace tessera {

const Benchmark& oc20_benchmark();

}  // namespace tessera
