#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "results/check/benchmark.hpp"
#include "results/check/run_rules.hpp"
#include "results/log/log_keys.hpp"
#include "results/log/log_value.hpp"

/// The vocabulary in which the rules of the rounds are written down as tables: rules_common.cpp and one file
/// for each benchmark (see benchmark.hpp) hold the tables, run_rules.cpp applies them.
namespace tessera {

/// What a value must be: in words, and as a test.
struct Expectation {
  std::string_view words;
  bool (*holds)(const nlohmann::json& value);
};

/// The conditions that stand in several tables. No comparison holds for NaN, or for what is no number.
inline constexpr Expectation kAnything{"anything", [](const nlohmann::json&) { return true; }};
inline constexpr Expectation kNotEmpty{"a text that isn't empty",
                                       [](const nlohmann::json& value) { return value != ""; }};
inline constexpr Expectation kPositive{"a number > 0",
                                       [](const nlohmann::json& value) { return number_of(value) > 0.0; }};
inline constexpr Expectation kNotNegative{
    "a number >= 0", [](const nlohmann::json& value) { return number_of(value) >= 0.0; }};

/// How often a key must occur.
enum class Occurs { Once, AtLeastOnce, IfAtAll };

/// A member that the metadata of each entry of a key must have.
struct MetadataRule {
  std::string_view name;
  Expectation value = kAnything;
};

/// What is asked of every entry of a key.
struct KeyRule {
  LogKey key;
  Occurs occurs = Occurs::Once;
  Expectation value = kAnything;
  std::array<MetadataRule, 2> metadata{};  // an empty name: none
};

/// Of two keys one must occur.
struct EitherRule {
  LogKey key, stand_in;
};

/// An entry of key must stand below (After) or above (Before) the first one of other.
struct OrderRule {
  enum Relation { After, Before };
  LogKey key;
  Relation relation;
  LogKey other;
};

/// Which of two values of a metric is better.
enum class Better { Lower, Higher };

/// The evaluations of a benchmark: what is asked of each, and of at least one of them.
struct TargetRule {
  KeyRule each;
  Expectation reached;
  Better better = Better::Lower;
  double target = 0;  // the largest value that reaches it, or where higher ones are better the least

  /// Whether a value is as good as `goal`, which a run may set elsewhere.
  bool reaches(double value, double goal) const {
    return better == Better::Lower ? value <= goal : value >= goal;
  }
};
inline constexpr Expectation kNumber{
    "a number", [](const nlohmann::json& value) { return number_of(value).has_value(); }};
constexpr TargetRule target_rule(LogKey key, Expectation reached, Better better, double target) {
  return {{key, Occurs::AtLeastOnce, kNumber, {{{"epoch_num"}}}}, reached, better, target};
}

/// Rules that apply when a key has a value.
struct ConditionalRules {
  LogKey key;
  std::string_view value;
  std::span<const KeyRule> rules;
};

/// What a benchmark asks for beside the rules of all.
struct BenchmarkRules {
  TargetRule target;
  std::span<const KeyRule> closed;
  std::span<const ConditionalRules> closed_conditional;
};

/// rules_common.cpp
std::span<const KeyRule> common_rules();
/// The key submission_benchmark: the benchmarks that the round knows.
const KeyRule& benchmark_key_rule(Round round);
std::span<const KeyRule> closed_rules();
std::span<const EitherRule> either_rules();
std::span<const OrderRule> order_rules();
/// Whether a rule of order_rules() is one of the round.
bool applies(const OrderRule& rule, Round round);

}  // namespace tessera
