#include "results/check/own_rules.hpp"

#include <fmt/format.h>

#include "results/log/number_text.hpp"

namespace tessera {
namespace {

using enum LogKey;
using enum Occurs;
using nlohmann::json;

struct Comparison {
  std::optional<Better> better;  // nothing: a number alone
  double value;
};

/// 0.985, ">= 0.985", "<=0.02".
std::optional<Comparison> comparison_in(const json& value) {
  if (const auto number = number_of(value)) return Comparison{std::nullopt, *number};
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  const bool least = text.starts_with(">="), most = text.starts_with("<=");
  if (!least && !most) return std::nullopt;
  const auto number = number_from_text(text.substr(2));
  return number ? std::optional(Comparison{least ? Better::Higher : Better::Lower, *number}) : std::nullopt;
}

constexpr Expectation kName{"a name", [](const json& value) { return value.is_string() && value != ""; }};
constexpr Expectation kTarget{"a number, or one behind >= or <=",
                              [](const json& value) { return comparison_in(value).has_value(); }};

constexpr std::array kOwn{
    KeyRule{SubmissionBenchmark, Once, kName},
    KeyRule{Target, Once, kTarget},
    KeyRule{EvalError, IfAtAll, kNumber, {{{"epoch_num"}}}},
    KeyRule{EvalAccuracy, IfAtAll, kNumber, {{{"epoch_num"}}}},
};

std::optional<LogKey> metric_of(const RunRecord& run, const LogEntry& target, std::optional<Better> better) {
  if (const json* named = target.find_metadata("metric")) {
    for (const LogKey metric : {EvalError, EvalAccuracy})
      if (*named == name_of(metric)) return metric;
    return std::nullopt;
  }
  const bool has_error = run.of(EvalError).count > 0, has_accuracy = run.of(EvalAccuracy).count > 0;
  if (has_error != has_accuracy) return has_error ? EvalError : EvalAccuracy;
  if (better) return *better == Better::Lower ? EvalError : EvalAccuracy;
  return std::nullopt;
}

}  // namespace

std::span<const KeyRule> own_rules() {
  return kOwn;
}

const KeyRule& own_target_rule() {
  return kOwn[1];
}

std::string OwnTarget::words() const {
  return fmt::format("an {} {} {}", name_of(metric), better == Better::Lower ? "<=" : ">=", value);
}

std::optional<OwnTarget> own_target(const RunRecord& run) {
  const LogEntry* target = run.first(Target);
  const auto comparison = target == nullptr ? std::nullopt : comparison_in(target->value);
  if (!comparison) return std::nullopt;
  const auto metric = metric_of(run, *target, comparison->better);
  if (!metric) return std::nullopt;
  const Better usual = *metric == EvalError ? Better::Lower : Better::Higher;
  return OwnTarget{*metric, comparison->better.value_or(usual), comparison->value};
}

}  // namespace tessera
