#include "results/check/benchmark.hpp"

#include "results/check/rule_tables.hpp"
#include "results/check/rules_cosmoflow.hpp"
#include "results/check/rules_deepcam.hpp"
#include "results/check/rules_oc20.hpp"
#include "results/check/rules_openfold.hpp"

namespace tessera {

Registry<Benchmark>& benchmarks() {
  static Registry<Benchmark> all(
      {&cosmoflow_benchmark(), &deepcam_benchmark(), &oc20_benchmark(), &openfold_benchmark()});
  return all;
}

bool has_benchmark(Round round, std::string_view name) {
  const Benchmark* benchmark = benchmarks().find(name);
  return benchmark != nullptr && benchmark->since <= round;
}

const BenchmarkRules* find_benchmark_rules(std::string_view name) {
  const Benchmark* benchmark = benchmarks().find(name);
  return benchmark == nullptr ? nullptr : benchmark->rules;
}

bool is_metric(LogKey key) {
  return std::ranges::any_of(benchmarks().all(), [key](const Benchmark* benchmark) {
    return benchmark->rules != nullptr && benchmark->rules->target.each.key == key;
  });
}

}  // namespace tessera
