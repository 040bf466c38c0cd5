#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

constexpr Expectation kDivision{"closed or open", [](const json& value) {
                                  return is_one_of(value, {"closed", "open"});
                                }};
constexpr Expectation kStatus{"cloud, onprem, preview or research", [](const json& value) {
                                return is_one_of(value, {"cloud", "onprem", "preview", "research"});
                              }};

constexpr std::array kCommon{
    KeyRule{SubmissionOrg, Once, kNotEmpty},
    KeyRule{SubmissionPlatform, Once, kNotEmpty},
    KeyRule{SubmissionDivision, Once, kDivision},
    KeyRule{SubmissionStatus, Once, kStatus},
    KeyRule{CacheClear, AtLeastOnce},
    KeyRule{InitStart, AtLeastOnce},
    KeyRule{InitStop, Once},
    KeyRule{RunStart, Once},
    KeyRule{RunStop, Once, kAnything, {{{"status"}}}},
    KeyRule{BlockStart, IfAtAll, kAnything, {{{"epoch_count", kPositive}, {"first_epoch_num"}}}},
    KeyRule{BlockStop, IfAtAll, kAnything, {{{"first_epoch_num"}}}},
    KeyRule{EpochStart, IfAtAll, kAnything, {{{"epoch_num"}}}},
    KeyRule{EpochStop, IfAtAll, kAnything, {{{"epoch_num"}}}},
    KeyRule{EvalStart, IfAtAll, kAnything, {{{"epoch_num"}}}},
    KeyRule{EvalStop, IfAtAll, kAnything, {{{"epoch_num"}}}},
    KeyRule{TrainSamples, Once, kNotEmpty},
    KeyRule{EvalSamples, Once, kNotEmpty},
};

constexpr std::array kClosed{
    KeyRule{NumberOfNodes, Once, kPositive},
    KeyRule{AcceleratorsPerNode, Once, kNotNegative},
    KeyRule{GradientAccumulationSteps, IfAtAll, kPositive},
    KeyRule{GradientAccumulationFrequency, IfAtAll, kPositive},
};

constexpr std::array kEither{
    EitherRule{EpochStart, BlockStart},
    EitherRule{EpochStop, BlockStop},
    EitherRule{EvalStart, BlockStart},
    EitherRule{EvalStop, BlockStop},
};

constexpr std::array kOrder{
    OrderRule{InitStart, OrderRule::Before, InitStop},
    OrderRule{InitStart, OrderRule::Before, RunStart},
    OrderRule{InitStop, OrderRule::After, InitStart},
    OrderRule{InitStop, OrderRule::Before, RunStart},
    OrderRule{RunStart, OrderRule::After, InitStop},
    OrderRule{RunStop, OrderRule::After, RunStart},
    OrderRule{BlockStart, OrderRule::After, RunStart},
    OrderRule{StagingStop, OrderRule::After, StagingStart},
    OrderRule{StagingStart, OrderRule::After, RunStart},
};

/// "cosmoflow, deepcam or oc20"
std::string names_in(Round round) {
  std::vector<std::string_view> names;
  for (const Benchmark* benchmark : benchmarks().all())
    if (has_benchmark(round, benchmark->name)) names.push_back(benchmark->name);
  return fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

template <Round kRound>
const KeyRule& rule_of_benchmark_key() {
  static const std::string names = names_in(kRound) + " (or a network of one's own, by check --own)";
  static const KeyRule rule{
      SubmissionBenchmark, Once, {names, [](const json& value) {
                                    return value.is_string() &&
                                           has_benchmark(kRound, value.get_ref<const std::string&>());
                                  }}};
  return rule;
}

}  // namespace

std::span<const KeyRule> common_rules() {
  return kCommon;
}

const KeyRule& benchmark_key_rule(Round round) {
  switch (round) {
    case Round::V1_0:
      return rule_of_benchmark_key<Round::V1_0>();
    case Round::V2_0:
      return rule_of_benchmark_key<Round::V2_0>();
    default:
      return rule_of_benchmark_key<Round::V3_0>();
  }
}

std::span<const KeyRule> closed_rules() {
  return kClosed;
}

std::span<const EitherRule> either_rules() {
  return kEither;
}

std::span<const OrderRule> order_rules() {
  return kOrder;
}

bool applies(const OrderRule& rule, Round round) {
  return rule.key != StagingStart || round != Round::V3_0;  // until 2.0 staging counted as run time
}

}  // namespace tessera
