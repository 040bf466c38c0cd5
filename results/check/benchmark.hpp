#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "models/base/registry.hpp"
#include "results/check/run_rules.hpp"
#include "results/log/log_keys.hpp"

namespace tessera {

struct BenchmarkRules;

/// A benchmark as the rounds have it. One file each: rules_cosmoflow.cpp, rules_deepcam.cpp, ...
struct Benchmark {
  /// Samples that the closed division trains on and validates with.
  struct Samples {
    std::int64_t train = 0, validation = 0;
  };

  std::string_view name;          // as logs and directories have it
  Round since = Round::V1_0;      // the first rule set that knows it
  std::size_t required_runs = 0;  // of a run set
  Samples closed_samples{};
  std::optional<LogKey> steps_of_epoch{};  // the steps between evaluations, where that is what an epoch is
  const BenchmarkRules* rules = nullptr;   // null where we know it by name alone; see rule_tables.hpp
};

Registry<Benchmark>& benchmarks();

/// Whether a rule set has a benchmark of that name.
bool has_benchmark(Round round, std::string_view name);
/// Its own rules; null where there are none here.
const BenchmarkRules* find_benchmark_rules(std::string_view name);
/// Whether some benchmark is evaluated by the values of that key.
bool is_metric(LogKey key);

}  // namespace tessera
