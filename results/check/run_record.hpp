#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/check/clock_trace.hpp"
#include "results/check/convergence_trace.hpp"
#include "results/check/epoch_trace.hpp"
#include "results/check/rule_tally.hpp"
#include "results/check/run_trace.hpp"
#include "results/log/log_entry.hpp"

namespace tessera {

/// How many malformed lines are kept one by one.
inline constexpr std::size_t kMalformedLinesKept = 100;

/// What a log says under one key.
struct KeyRecord {
  std::size_t count = 0;
  std::optional<LogEntry> first;
  std::optional<LogEntry> differing;  // the first entry whose value isn't equal to that of the first
  std::size_t second_line = 0;        // of the second entry
};

/// The least and the greatest number among the evaluations of one key; nothing where none is a number.
struct MetricRange {
  std::optional<double> least, greatest;
};

/// Complete pairs of a start and a stop, added up.
struct Intervals {
  std::size_t count = 0;
  double milliseconds = 0;
};

/// What the log of one run says: a digest in memory that doesn't grow with the log, of the entries in the
/// order of their lines.
class RunRecord {
 public:
  std::string file;                      // the path it was read from
  std::string unreadable;                // why it couldn't be read; empty if it could
  bool compressed = false;               // it was read out of a gzip file
  std::vector<MalformedLine> malformed;  // the first kMalformedLinesKept of them
  std::size_t malformed_lines = 0;       // all of them
  std::size_t entry_lines = 0;  // lines with the log token, those of unknown keys and malformed ones included

  void add(LogEntry entry);
  void add(MalformedLine line);

  const KeyRecord& of(LogKey key) const { return keys_[index_of(key)]; }
  /// The first entry of a key; nullptr where there is none.
  const LogEntry* first(LogKey key) const;
  /// The value of the first entry of a key, if it is a text, or a number.
  std::optional<std::string> text(LogKey key) const;
  std::optional<double> number(LogKey key) const;

  /// From the first run_start to the first run_stop; nothing where one is missing.
  std::optional<double> minutes() const;
  /// Whether the first run_stop says status success in its metadata.
  bool says_success() const;

  /// The first evaluation above run_stop that reached the target of a registered benchmark; nullptr where
  /// none did.
  const LogEntry* reached_in_run(const TargetRule& target) const;
  /// Of a metric of some benchmark, see is_metric(). The whole log counts.
  MetricRange range(LogKey metric) const;
  /// Evaluations and staging, of the keys EvalStart and StagingStart: each stop ends the latest start above
  /// it that is still open.
  const Intervals& intervals(LogKey start) const;

  const RuleTally& tally() const { return tally_; }
  const RunTrace& trace() const { return trace_; }
  const EpochTrace& epochs() const { return epochs_; }
  const ConvergenceTrace& convergence() const { return convergence_; }
  const ClockTrace& clock() const { return clock_; }

 private:
  struct OpenInterval {
    std::optional<double> start_ms;
    Intervals closed;
  };

  void add_evaluation(const LogEntry& entry);
  void add_interval(const LogEntry& entry);

  std::array<KeyRecord, kLogKeys> keys_;
  std::map<const TargetRule*, LogEntry> reached_in_run_;
  std::map<LogKey, MetricRange> ranges_;
  std::array<OpenInterval, 2> intervals_;
  RuleTally tally_;
  RunTrace trace_;
  EpochTrace epochs_;
  ConvergenceTrace convergence_;
  ClockTrace clock_;
};

}  // namespace tessera
