#include "results/check/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "results/check/own_rules.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

void sort_by_line(std::vector<Finding>& findings) {
  const auto line = [](const Finding& f) { return f.line.value_or(std::numeric_limits<std::size_t>::max()); };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return line(a) < line(b); });
}

}  // namespace

Judge::Judge(const RunRecord& run) : run_(run) {
  constexpr std::string_view kEntry = "one JSON object with key, value, metadata and time_ms";
  for (const MalformedLine& line : run.malformed) {
    report("malformed-line", "", line.line, kEntry, shortened(line.problem));
  }
  if (run.malformed_lines > run.malformed.size()) {
    report("malformed-line", "", std::nullopt, kEntry,
           fmt::format("{} more such lines", run.malformed_lines - run.malformed.size()));
  }
}

void Judge::apply(const KeyRule& rule) {
  check_occurrences(rule);
  const RuleTally::OfKey& tally = run_.tally().of(rule);
  report(tally.value, "bad-value", rule.key, rule.value.words);
  for (std::size_t i = 0; i < rule.metadata.size(); ++i) {
    const MetadataRule& member = rule.metadata[i];
    report(tally.missing[i], "missing-metadata", rule.key, fmt::format("{} in the metadata", member.name));
    report(tally.bad[i], "bad-metadata", rule.key, fmt::format("{}: {}", member.name, member.value.words));
  }
}

void Judge::apply(const EitherRule& rule) {
  if (run_.of(rule.key).count + run_.of(rule.stand_in).count > 0) return;
  report("missing-key", name_of(rule.key), std::nullopt,
         fmt::format("at least once, or {} in its place", name_of(rule.stand_in)), "none");
}

void Judge::apply(const OrderRule& rule) {
  const char* place = rule.relation == OrderRule::After ? "below" : "above";
  report(run_.tally().of(rule), "wrong-order", rule.key, fmt::format("{} {}", place, name_of(rule.other)));
}

void Judge::apply(const TargetRule& rule) {
  apply(rule.each);
  const RuleTally::OfTarget& tally = run_.tally().of(rule);
  if (tally.evaluations == 0 || tally.reached) return;
  report("target-missed", name_of(rule.each.key), tally.last_line, rule.reached.words,
         fmt::format("none in {} evaluations, the last {}", tally.evaluations, tally.last));
}

void Judge::apply_own_target() {
  const KeyRecord& logged = run_.of(LogKey::Target);
  if (!logged.first || run_.tally().of(own_target_rule()).value.count > 0) return;  // found already
  const auto target = own_target(run_);
  if (!target) {
    report("missing-metadata", name_of(LogKey::Target), logged.first->line,
           "metric in the metadata: eval_error or eval_accuracy", "none, and evaluations of both or neither");
    return;
  }
  const auto [least, greatest] = run_.range(target->metric);
  const auto& best = target->better == Better::Lower ? least : greatest;
  const std::size_t evaluations = run_.of(target->metric).count;
  if (evaluations == 0)
    report("missing-key", name_of(target->metric), std::nullopt, "at least once", "none");
  else if (!best || !target->reached_by(*best))
    report("target-missed", name_of(target->metric), std::nullopt, target->words(),
           fmt::format("none in {} evaluations, the best {}", evaluations,
                       best ? fmt::format("{}", *best) : "no number"));
}

void Judge::check_length_of_initialisation() {
  const auto& slow = run_.tally().slow_init();
  if (!slow) return;
  report("slow-init", name_of(LogKey::InitStop), slow->line, "under 30 minutes after the first init_start",
         fmt::format("{:.2f} minutes", slow->minutes));
}

void Judge::miss_rules_of(const std::string& benchmark) {
  constexpr LogKey kKey = LogKey::SubmissionBenchmark;
  warn("unknown-rules", name_of(kKey), run_.first(kKey)->line, "a benchmark whose rules are known here",
       fmt::format("{}, judged by the common rules alone", show(benchmark)));
  verdict_.judged = false;
}

void Judge::warn_of_times() {
  for (const ClockDoubt& doubt : run_.clock().doubts())
    warn(doubt.rule, name_of(doubt.key), doubt.line, doubt.expected, doubt.found);
}

void Judge::warn_of_several_runs() {
  if (run_.clock().runs() < 2) return;
  warn("several-runs", name_of(LogKey::RunStart), run_.clock().second_run_line(), "one run in a log",
       fmt::format("{} runs, appended as by a job that was requeued; here the second begins",
                   run_.clock().runs()));
}

void Judge::warn_of_compression() {
  if (run_.compressed) warn("compressed", "", std::nullopt, "plain text, as submissions have it", "gzip");
}

Verdict Judge::take() {
  sort_by_line(verdict_.findings);
  sort_by_line(verdict_.warnings);
  return std::move(verdict_);
}

Finding Judge::finding(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
                       std::string_view expected, std::string found) const {
  return {std::string(rule), run_.file, std::string(key), line, std::string(expected), std::move(found)};
}

void Judge::report(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
                   std::string_view expected, std::string found) {
  verdict_.findings.push_back(finding(rule, key, line, expected, std::move(found)));
}

void Judge::warn(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
                 std::string_view expected, std::string found) {
  verdict_.warnings.push_back(finding(rule, key, line, expected, std::move(found)));
}

void Judge::report(const Offences& offences, std::string_view rule, LogKey key, std::string_view expected) {
  if (offences.count == 0) return;
  const std::string more =
      offences.count == 1 ? "" : fmt::format(" (and {} more such lines)", offences.count - 1);
  report(rule, name_of(key), offences.line, expected, offences.found + more);
}

void Judge::check_occurrences(const KeyRule& rule) {
  const KeyRecord& entries = run_.of(rule.key);
  if (entries.count == 0 && rule.occurs != Occurs::IfAtAll) {
    report("missing-key", name_of(rule.key), std::nullopt,
           rule.occurs == Occurs::Once ? "once" : "at least once", "none");
  }
  if (entries.count < 2 || rule.occurs != Occurs::Once) return;
  const std::string found = entries.differing ? fmt::format("{} times, here {}, but {} in line {}",
                                                            entries.count, show(entries.differing->value),
                                                            show(entries.first->value), entries.first->line)
                                              : fmt::format("{} times, with equal values", entries.count);
  const std::size_t line = entries.differing ? entries.differing->line : entries.second_line;
  (entries.differing ? verdict_.findings : verdict_.warnings)
      .push_back(finding("repeated-key", name_of(rule.key), line, "once", found));
}

}  // namespace tessera
