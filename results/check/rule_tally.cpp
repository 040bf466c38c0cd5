#include "results/check/rule_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "results/check/own_rules.hpp"
#include "results/check/rule_tables.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

constexpr double kInitLimitMs = 30.0 * 60.0 * 1000.0;

std::vector<const KeyRule*> all_key_rules() {
  std::vector<const KeyRule*> rules;
  const auto add = [&](std::span<const KeyRule> more) {
    for (const KeyRule& rule : more) rules.push_back(&rule);
  };
  add(common_rules());
  add(closed_rules());
  add(own_rules());
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) add({&benchmark_key_rule(round), 1});
  for (const Benchmark* benchmark : benchmarks().all()) {
    if (benchmark->rules == nullptr) continue;
    add(benchmark->rules->closed);
    for (const ConditionalRules& more : benchmark->rules->closed_conditional) add(more.rules);
    add({&benchmark->rules->target.each, 1});
  }
  return rules;
}

void check(RuleTally::OfKey& tally, const LogEntry& entry) {
  const KeyRule& rule = *tally.rule;
  if (!rule.value.holds(entry.value)) tally.value.add(entry.line, show(entry.value));
  for (std::size_t i = 0; i < rule.metadata.size(); ++i) {
    const MetadataRule& member = rule.metadata[i];
    if (member.name.empty()) continue;
    const nlohmann::json* value = entry.find_metadata(member.name);
    if (value == nullptr) {
      tally.missing[i].add(entry.line, "none");
    } else if (!member.value.holds(*value)) {
      tally.bad[i].add(entry.line, show(*value));
    }
  }
}

}  // namespace

void Offences::add(std::size_t at, std::string what) {
  if (count++ > 0) return;
  line = at;
  found = std::move(what);
}

RuleTally::RuleTally() : orders_(order_rules().size()) {
  static const std::vector<const KeyRule*> rules = all_key_rules();
  for (const KeyRule* rule : rules) keys_[index_of(rule->key)].push_back({rule, {}, {}, {}});
  for (const Benchmark* benchmark : benchmarks().all())
    if (benchmark->rules != nullptr) targets_.push_back({&benchmark->rules->target, false, 0, 0, {}});
}

void RuleTally::add(const LogEntry& entry) {
  // Keys submission_* are judged at first sight only.
  const bool judged = !seen_[index_of(entry.key)] || !name_of(entry.key).starts_with("submission_");
  for (OfKey& tally : keys_[index_of(entry.key)]) {
    if (judged) check(tally, entry);
  }
  for (OfTarget& target : targets_) {
    if (target.rule->each.key != entry.key) continue;
    target.reached = target.reached || target.rule->reached.holds(entry.value);
    ++target.evaluations;
    target.last_line = entry.line;
    target.last = show(entry.value);
  }
  check_order(entry);
  check_init(entry);
  seen_.set(index_of(entry.key));
}

void RuleTally::check_order(const LogEntry& entry) {
  const auto rules = order_rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool after = rules[i].relation == OrderRule::After;
    if (rules[i].key != entry.key || seen_[index_of(rules[i].other)] == after) continue;
    orders_[i].add(entry.line,
                   fmt::format("{} {} above it", after ? "no" : "already", name_of(rules[i].other)));
  }
}

void RuleTally::check_init(const LogEntry& entry) {
  // Of many the earliest: their lines come from many ranks.
  if (entry.key == LogKey::InitStart) first_init_ms_ = std::min(first_init_ms_, entry.time_ms);
  if (entry.key != LogKey::InitStop || slow_init_) return;
  const double took = entry.time_ms - first_init_ms_;
  if (!(took < kInitLimitMs)) slow_init_ = {entry.line, took / 60000.0};
}

const RuleTally::OfKey& RuleTally::of(const KeyRule& rule) const {
  const auto& tallies = keys_[index_of(rule.key)];
  const auto found =
      std::find_if(tallies.begin(), tallies.end(), [&](const OfKey& tally) { return tally.rule == &rule; });
  assert(found != tallies.end());
  return *found;
}

const Offences& RuleTally::of(const OrderRule& rule) const {
  return orders_[static_cast<std::size_t>(&rule - order_rules().data())];
}

const RuleTally::OfTarget& RuleTally::of(const TargetRule& rule) const {
  const auto found = std::find_if(targets_.begin(), targets_.end(),
                                  [&](const OfTarget& target) { return target.rule == &rule; });
  assert(found != targets_.end());
  return *found;
}

}  // namespace tessera
