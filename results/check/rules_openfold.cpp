#include "results/check/rules_openfold.hpp"

namespace tessera {
namespace {

constexpr Benchmark kBenchmark{.name = "openfold", .since = Round::V3_0, .required_runs = 10};

}  // namespace

const Benchmark& openfold_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
