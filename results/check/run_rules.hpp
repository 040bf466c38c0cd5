#pragma once

#include <optional>
#include <string_view>

#include "results/check/finding.hpp"
#include "results/check/run_record.hpp"

namespace tessera {

/// The rule sets of MLPerf HPC training: 1.0, 2.0 and 3.0.
enum class Round { V1_0, V2_0, V3_0 };
enum class Division { Closed, Open };

/// "1.0" of Round::V1_0, "closed" of Division::Closed, and back; nothing for other texts.
std::string_view name_of(Round round);
std::string_view name_of(Division division);
std::optional<Round> find_round(std::string_view name);
std::optional<Division> find_division(std::string_view name);

/// Judges the log of one run by the rules of a round, as the official checker of MLPerf HPC does (the
/// verdicts are the same; it isn't that checker, and a compliant log is not an MLPerf result).
///
/// division: whose rules apply; if not given, those of the division that the log names. Given, it lets one
/// judge, say, a run on generated data, which must be logged as open, by the closed rules.
///
/// Identifiers of the rules in findings (one finding for each key and rule: the first line that breaks it):
///   unreadable        the file can't be read (nothing else is judged then)
///   no-entries        no line holds the log token (nothing else is judged then)
///   malformed-line    an entry doesn't parse, or lacks key, value, metadata or time_ms (one for each line)
///   missing-key       a required key doesn't occur
///   repeated-key      a key that belongs there once occurs with differing values; with equal ones: a warning
///   bad-value         a value isn't allowed, or isn't a number where one belongs
///   missing-metadata  an entry's metadata lacks a member
///   bad-metadata      a member of the metadata has a value that isn't allowed
///   wrong-order       an entry stands above one that it must follow, or below one that it must precede
///   slow-init         initialisation took 30 minutes or more
///   target-missed     no evaluation reached the benchmark's target
/// A benchmark that the round has and whose own rules aren't known here isn't judged, unless the common rules
/// find something; one that the round doesn't have is a bad-value.
/// Warnings, which the official checker doesn't have:
///   unknown-rules     only the common rules were applied
///   time-unit         run_start's time_ms is seconds, microseconds or nanoseconds since 1970
///   stop-before-start run_stop's time isn't after that of run_start
///   clock-steps-back  within the run a time is seconds before that of the entry above it
///   several-runs      runs were appended to each other, as by a job that was requeued
///   compressed        the log was read out of a gzip file
Verdict check(const RunRecord& run, Round round, std::optional<Division> division = std::nullopt);

/// Judges the log of a run of a user's own network, which is none of the benchmarks: by the rules that all
/// benchmarks share, and by the target that the log itself names under the key target: a number, which
/// eval_accuracy must reach from below or eval_error from above, or a text such as ">= 0.985". Identifiers as
/// above; a log that breaks none of these rules has passed, and is not compliant with any round.
Verdict check_own(const RunRecord& run, Round round);

}  // namespace tessera
