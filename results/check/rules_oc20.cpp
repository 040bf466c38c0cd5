#include "results/check/rules_oc20.hpp"

namespace tessera {
namespace {

constexpr Benchmark kBenchmark{.name = "oc20", .since = Round::V1_0, .required_runs = 5};

}  // namespace

const Benchmark& oc20_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
