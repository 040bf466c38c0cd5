#include "results/check/rules_deepcam.hpp"

#include <algorithm>
#include <cmath>

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

constexpr Expectation kOptimizer{"Adam, AdamW or LAMB", [](const json& value) {
                                   return is_one_of(value, {"Adam", "AdamW", "LAMB"});
                                 }};
constexpr Expectation kTwoNumbers{"two numbers", [](const json& value) {
                                    return value.is_array() && value.size() == 2 && number_of(value[0]) &&
                                           number_of(value[1]);
                                  }};
constexpr Expectation kEpsilon{"1e-6", [](const json& value) {
                                 const double eps = number_of(value).value_or(NAN);
                                 return std::abs(eps - kDeepcamEpsilon) <=
                                        1e-9 * std::max(std::abs(eps), kDeepcamEpsilon);
                               }};
constexpr Expectation kScheduler{"multistep or cosine_annealing", [](const json& value) {
                                   return is_one_of(value, {"multistep", "cosine_annealing"});
                                 }};
constexpr Expectation kAtLeastOne{"a number >= 1", [](const json& value) { return number_of(value) >= 1.0; }};
constexpr Expectation kAtMostOne{
    "a number <= 1", [](const json& value) { return number_of(value) && *number_of(value) <= 1.0; }};
constexpr Expectation kOne{"1",
                           [](const json& value) { return number_of(value) == kDeepcamMaxGradientNorm; }};
constexpr Expectation kList{"a list", [](const json& value) { return value.is_array(); }};
constexpr Benchmark::Samples kSamples{.train = 121266, .validation = 15158};  // the whole data set
constexpr Expectation kTrainSamples{
    "121266", [](const json& value) { return number_of(value) == static_cast<double>(kSamples.train); }};
constexpr Expectation kEvalSamples{
    "15158", [](const json& value) { return number_of(value) == static_cast<double>(kSamples.validation); }};
// As Python has it: anything but false, 0, null and an empty text, list or object.
constexpr Expectation kTrue{"true", [](const json& value) {
                              if (number_of(value)) return *number_of(value) != 0.0;
                              return value != "" && !value.empty();
                            }};

constexpr std::array kClosed{
    KeyRule{Seed, Once, kPositive},
    KeyRule{GlobalBatchSize, Once, kPositive},
    KeyRule{BatchnormGroupSize, Once, kPositive},
    KeyRule{GradientAccumulationFrequency, Once, kPositive},
    KeyRule{OptName, Once, kOptimizer},
    KeyRule{OptLr, Once, kPositive},
    KeyRule{OptBetas, Once, kTwoNumbers},
    KeyRule{OptEps, Once, kEpsilon},
    KeyRule{SchedulerType, Once, kScheduler},
    KeyRule{SchedulerLrWarmupSteps, Once, kNotNegative},
    KeyRule{SchedulerLrWarmupFactor, Once, kAtLeastOne},
    KeyRule{TrainSamples, Once, kTrainSamples},
    KeyRule{EvalSamples, Once, kEvalSamples},
};

constexpr std::array kLamb{
    KeyRule{OptBiasCorrection, Once, kTrue},
    KeyRule{OptGradAveraging, Once, kTrue},
    KeyRule{OptMaxGradNorm, Once, kOne},
};
constexpr std::array kMultistep{
    KeyRule{SchedulerMilestones, Once, kList},
    KeyRule{SchedulerDecayRate, Once, kAtMostOne},
};
constexpr std::array kCosineAnnealing{
    KeyRule{SchedulerTMax, Once, kAtLeastOne},
    KeyRule{SchedulerEtaMin, Once, kNotNegative},
};
constexpr std::array kConditional{
    ConditionalRules{OptName, "LAMB", kLamb},
    ConditionalRules{SchedulerType, "multistep", kMultistep},
    ConditionalRules{SchedulerType, "cosine_annealing", kCosineAnnealing},
};

// The mean intersection over union of the validation samples.
constexpr double kTargetAccuracy = 0.82;
constexpr Expectation kTarget{"an eval_accuracy with 0.82 <= value <= 1", [](const json& value) {
                                return number_of(value) >= kTargetAccuracy && *number_of(value) <= 1.0;
                              }};

constexpr BenchmarkRules kRules{target_rule(EvalAccuracy, kTarget, Better::Higher, kTargetAccuracy), kClosed,
                                kConditional};
constexpr Benchmark kBenchmark{
    .name = "deepcam", .required_runs = 5, .closed_samples = kSamples, .rules = &kRules};

}  // namespace

const Benchmark& deepcam_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
