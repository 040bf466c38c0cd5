#include "harness/third/brightness_rules.hpp"

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

constexpr std::array kClosed{KeyRule{LogKey::GlobalBatchSize, Occurs::Once, kPositive},
                             KeyRule{LogKey::OptBaseLearningRate, Occurs::Once, kPositive}};

constexpr double kTargetError = 0.05;
constexpr Expectation kTarget{"an eval_error of at most 0.05", [](const nlohmann::json& value) {
                                return number_of(value) >= 0.0 && number_of(value) <= kTargetError;
                              }};
constexpr BenchmarkRules kRules{
    target_rule(LogKey::EvalError, kTarget, Better::Lower, kTargetError), kClosed, {}};

constexpr Benchmark kBenchmark{.name = "brightness",
                               .since = Round::V3_0,
                               .required_runs = 3,
                               .closed_samples = {.train = 64, .validation = 13},
                               .rules = &kRules};

}  // namespace

const Benchmark& brightness_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
