#pragma once

#include "results/check/benchmark.hpp"

namespace tessera {

const Benchmark& openfold_benchmark();

}  // namespace tessera
