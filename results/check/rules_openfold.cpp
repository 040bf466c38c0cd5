#include "results/check/rules_openfold.hpp"

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

/// The number that is nearest to a fraction, as its decimal digits are; true is 1 and false is 0.
template <std::int64_t kNumerator, std::int64_t kDenominator = 1>
constexpr Expectation exactly(std::string_view words) {
  return {words, [](const json& value) {
            return number_of(value) == static_cast<double>(kNumerator) / static_cast<double>(kDenominator);
          }};
}

constexpr Expectation kTrainUntil{"2021-09-16", [](const json& value) { return value == "2021-09-16"; }};
constexpr Expectation kValidateFrom{"2021-09-17", [](const json& value) { return value == "2021-09-17"; }};
constexpr Expectation kValidateUntil{"2021-12-11", [](const json& value) { return value == "2021-12-11"; }};
constexpr std::string_view kCheckpointSum =
    "b518be4677048f2c0f94889c91e2da73655a73b825a8aa7f8b6f5e580d8ffbed";
constexpr Expectation kCheckpoint{kCheckpointSum,
                                  [](const json& value) { return is_one_of(value, {kCheckpointSum}); }};
constexpr Expectation kAdam{"Adam", [](const json& value) { return value == "Adam"; }};
constexpr Expectation kLoader{
    "InitialTrainingDataloaderPT or InitialTrainingDataloaderPQ", [](const json& value) {
      return is_one_of(value, {"InitialTrainingDataloaderPT", "InitialTrainingDataloaderPQ"});
    }};
constexpr Benchmark::Samples kSamples{.train = 594595, .validation = 180};

constexpr std::array kClosed{
    KeyRule{GlobalBatchSize, Once, kPositive},
    KeyRule{TargetAvgLddtCaValue, Once, exactly<8, 10>("0.8")},
    KeyRule{TrainMaxPdbReleaseDate, Once, kTrainUntil},
    KeyRule{ValMinCameoSubmissionDate, Once, kValidateFrom},
    KeyRule{ValMaxCameoSubmissionDate, Once, kValidateUntil},
    KeyRule{ValMaxSequenceLength, Once, exactly<700>("700")},
    KeyRule{ValEveryIters, Once, exactly<40>("40")},
    KeyRule{TrainSamples, Once, exactly<kSamples.train>("594595")},
    KeyRule{EvalSamples, Once, exactly<kSamples.validation>("180")},
    KeyRule{ModelParametersCount, Once, exactly<93229082>("93229082")},
    KeyRule{InitCheckpointSha256sum, Once, kCheckpoint},
    KeyRule{TrainSequenceCropSize, Once, exactly<256>("256")},
    KeyRule{NumRecyclingIters, Once, exactly<3>("3")},
    KeyRule{MaxMsaClusters, Once, exactly<124>("124")},
    KeyRule{MaxExtraMsa, Once, exactly<1024>("1024")},
    KeyRule{TemplatesEnabled, Once, exactly<1>("true")},
    KeyRule{MaxTemplates, Once, exactly<4>("4")},
    KeyRule{FapeLossWeight, Once, exactly<1>("1")},
    KeyRule{FapeLossBackboneWeight, Once, exactly<5, 10>("0.5")},
    KeyRule{FapeLossSidechainWeight, Once, exactly<5, 10>("0.5")},
    KeyRule{SupervisedChiLossWeight, Once, exactly<1>("1")},
    KeyRule{DistogramLossWeight, Once, exactly<3, 10>("0.3")},
    KeyRule{MaskedMsaLossWeight, Once, exactly<2>("2")},
    KeyRule{PlddtLossWeight, Once, exactly<1, 100>("0.01")},
    KeyRule{OptName, Once, kAdam},
    KeyRule{OptAdamBeta1, Once, exactly<9, 10>("0.9")},
    KeyRule{OptAdamBeta2, Once, exactly<999, 1000>("0.999")},
    KeyRule{OptAdamEpsilon, Once, exactly<1, 1'000'000>("1e-6")},
    KeyRule{OptWeightDecay, Once, exactly<0>("0")},
    KeyRule{OptAmsgrad, Once, exactly<0>("false")},
    KeyRule{OptGradientClipping, Once, exactly<1>("true")},
    KeyRule{OptGradientClipNorm, Once, exactly<1, 10>("0.1")},
    KeyRule{SwaEnabled, Once, exactly<1>("true")},
    KeyRule{SwaDecayRate, Once, exactly<9, 10>("0.9")},
    KeyRule{OptBaseLearningRate, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupInit, Once, kNotNegative},
    KeyRule{OptLearningRateWarmupSteps, Once, kNotNegative},
    KeyRule{InitialTrainingDataloaderType, Once, kLoader},
};

// The mean LDDT-Ca of the validation samples.
constexpr double kTargetAccuracy = 0.8;
constexpr Expectation kTarget{"an eval_accuracy with 0.8 <= value <= 1", [](const json& value) {
                                return number_of(value) >= kTargetAccuracy && *number_of(value) <= 1.0;
                              }};

constexpr BenchmarkRules kRules{
    target_rule(EvalAccuracy, kTarget, Better::Higher, kTargetAccuracy), kClosed, {}};
constexpr Benchmark kBenchmark{.name = "openfold",
                               .since = Round::V3_0,
                               .required_runs = 10,
                               .closed_samples = kSamples,
                               .steps_of_epoch = ValEveryIters,
                               .rules = &kRules};

}  // namespace

const Benchmark& openfold_benchmark() {
  return kBenchmark;
}

}  // namespace tessera
