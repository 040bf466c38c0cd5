#include "results/check/run_rules.hpp"

#include <algorithm>
#include <array>

#include "results/check/judge.hpp"
#include "results/check/own_rules.hpp"
#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

constexpr std::array<std::string_view, 3> kRoundNames{"1.0", "2.0", "3.0"};
constexpr std::array<std::string_view, 2> kDivisionNames{"closed", "open"};

/// Adds rules on keys; of two on one key the later one counts, which is the stricter.
void add(std::vector<const KeyRule*>& rules, std::span<const KeyRule> more) {
  for (const KeyRule& rule : more) {
    const auto same = std::find_if(rules.begin(), rules.end(),
                                   [&](const KeyRule* earlier) { return earlier->key == rule.key; });
    if (same == rules.end()) {
      rules.push_back(&rule);
    } else {
      *same = &rule;
    }
  }
}

std::vector<const KeyRule*> rules_for(const RunRecord& run, Round round, std::optional<Division> division,
                                      const BenchmarkRules* benchmark) {
  std::vector<const KeyRule*> rules;
  add(rules, common_rules());
  add(rules, {&benchmark_key_rule(round), 1});
  if (division != Division::Closed) return rules;
  add(rules, closed_rules());
  if (benchmark == nullptr) return rules;
  add(rules, benchmark->closed);
  for (const ConditionalRules& more : benchmark->closed_conditional) {
    const KeyRecord& record = run.of(more.key);
    const bool apply = (record.first && record.first->value == more.value) ||
                       (record.differing && record.differing->value == more.value);
    if (apply) add(rules, more.rules);
  }
  return rules;
}

template <class Name, std::size_t kCount>
std::optional<Name> find_name(const std::array<std::string_view, kCount>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Name>(found - names.begin());
}

/// What keeps a log from being judged at all; empty if nothing does.
std::vector<Finding> why_no_log(const RunRecord& run) {
  if (!run.unreadable.empty())
    return {{"unreadable", run.file, "", std::nullopt, "a file that can be read", run.unreadable}};
  if (run.entry_lines == 0)
    return {{"no-entries", run.file, "", std::nullopt, "lines with :::MLLOG", "none"}};
  return {};
}

void apply_what_all_share(Judge& judge, Round round) {
  for (const EitherRule& rule : either_rules()) judge.apply(rule);
  for (const OrderRule& rule : order_rules())
    if (applies(rule, round)) judge.apply(rule);
  judge.check_length_of_initialisation();
  judge.warn_of_times();
  judge.warn_of_several_runs();
  judge.warn_of_compression();
}

}  // namespace

std::string_view name_of(Round round) {
  return kRoundNames[static_cast<std::size_t>(round)];
}
std::string_view name_of(Division division) {
  return kDivisionNames[static_cast<std::size_t>(division)];
}
std::optional<Round> find_round(std::string_view name) {
  return find_name<Round>(kRoundNames, name);
}
std::optional<Division> find_division(std::string_view name) {
  return find_name<Division>(kDivisionNames, name);
}

Verdict check(const RunRecord& run, Round round, std::optional<Division> division) {
  if (auto findings = why_no_log(run); !findings.empty()) return {std::move(findings), {}};
  if (!division) division = find_division(run.text(LogKey::SubmissionDivision).value_or(""));
  const std::optional<std::string> name = run.text(LogKey::SubmissionBenchmark);
  const BenchmarkRules* benchmark = find_benchmark_rules(name.value_or(""));

  Judge judge(run);
  for (const KeyRule* rule : rules_for(run, round, division, benchmark)) judge.apply(*rule);
  apply_what_all_share(judge, round);
  if (division && benchmark != nullptr) judge.apply(benchmark->target);
  const bool allowed = name && benchmark_key_rule(round).value.holds(*name);
  if (allowed && benchmark == nullptr) judge.miss_rules_of(*name);
  return judge.take();
}

Verdict check_own(const RunRecord& run, Round round) {
  if (auto findings = why_no_log(run); !findings.empty()) return {std::move(findings), {}};
  std::vector<const KeyRule*> rules;
  add(rules, common_rules());
  add(rules, own_rules());
  Judge judge(run);
  for (const KeyRule* rule : rules) judge.apply(*rule);
  apply_what_all_share(judge, round);
  judge.apply_own_target();
  return judge.take();
}

}  // namespace tessera
