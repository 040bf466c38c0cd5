#include "results/check/rules_cosmoflow.hpp"

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

constexpr Expectation kSgd{"sgd or SGD", [](const json& value) { return is_one_of(value, {"sgd", "SGD"}); }};
constexpr Expectation kFraction{"a number in [0, 1)", [](const json& value) {
                                  return number_of(value) >= 0.0 && number_of(value) < 1.0;
                                }};

constexpr std::array kClosed{
    KeyRule{GlobalBatchSize, Once, kPositive},
    KeyRule{OptName, Once, kSgd},
    KeyRule{OptBaseLearningRate, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupEpochs, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupFactor, Once, kNotNegative},
    KeyRule{OptLearningRateDecayBoundaryEpochs, Once},
    KeyRule{OptLearningRateDecayFactor, Once},
    KeyRule{Dropout, IfAtAll, kFraction},
    KeyRule{OptWeightDecay, IfAtAll, kNotNegative},
};

// The mean absolute error over the validation samples.
constexpr double kTargetError = 0.124;
constexpr Expectation kTarget{"an eval_error with 0 < value <= 0.124", [](const json& value) {
                                return number_of(value) > 0.0 && number_of(value) <= kTargetError;
                              }};

constexpr BenchmarkRules kRules{target_rule(EvalError, kTarget, Better::Lower, kTargetError), kClosed, {}};
constexpr Benchmark kBenchmark{.name = "cosmoflow",
                               .required_runs = 10,
                               .closed_samples = {.train = 524288, .validation = 65536},  // not in v0.7
                               .rules = &kRules};

}  // namespace

const Benchmark& cosmoflow_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
