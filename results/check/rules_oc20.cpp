#include "results/check/rules_oc20.hpp"

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

constexpr Expectation kAdamW{"AdamW", [](const json& value) { return value == "AdamW"; }};

constexpr std::array kClosed{
    KeyRule{GlobalBatchSize, Once, kPositive},
    KeyRule{OptName, Once, kAdamW},
    KeyRule{OptBaseLearningRate, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupSteps, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupFactor, Once, kNotNegative},
    KeyRule{OptLearningRateDecayBoundarySteps, Once},
    KeyRule{OptLearningRateDecayFactor, Once},
};

// The mean absolute error of the forces.
constexpr double kTargetError = 0.036;
constexpr Expectation kTarget{"an eval_error with 0 < value <= 0.036", [](const json& value) {
                                return number_of(value) > 0.0 && number_of(value) <= kTargetError;
                              }};

constexpr BenchmarkRules kRules{target_rule(EvalError, kTarget, Better::Lower, kTargetError), kClosed, {}};
constexpr Benchmark kBenchmark{.name = "oc20", .since = Round::V1_0, .required_runs = 5, .rules = &kRules};

}  // namespace

const Benchmark& oc20_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
