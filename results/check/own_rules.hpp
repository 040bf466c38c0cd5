#pragma once

#include <optional>
#include <span>
#include <string>

#include "results/check/rule_tables.hpp"
#include "results/check/run_record.hpp"

/// What is asked of the log of a user's own network, which is none of the benchmarks, beside the rules that
/// all benchmarks share. Private to run_rules.cpp.
namespace tessera {

/// A name of the user's, the target, and evaluations that say their epoch.
std::span<const KeyRule> own_rules();
/// The one of these on the target.
const KeyRule& own_target_rule();

/// What the evaluations of a run must reach, as its log says.
struct OwnTarget {
  LogKey metric;
  Better better;
  double value;

  bool reached_by(double evaluation) const {
    return better == Better::Lower ? evaluation <= value : evaluation >= value;
  }
  std::string words() const;  // "an eval_accuracy >= 0.985"
};

/// The metric is the one that the metadata of the target names, else the one that the log has evaluations of,
/// else the one that its comparison goes with: eval_accuracy with >=, eval_error with <=. Nothing where the
/// log has no such target, or that can't be told.
std::optional<OwnTarget> own_target(const RunRecord& run);

}  // namespace tessera
