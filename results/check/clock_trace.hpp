#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "results/log/log_entry.hpp"

namespace tessera {

/// Something that the times of a log can't be; texts as those of a Finding.
struct ClockDoubt {
  std::string rule;
  LogKey key{};
  std::size_t line = 0;
  std::string expected, found;
};

/// What is wrong with the clock of a log, and whether it holds more than one run, from its entries in the
/// order of their lines.
class ClockTrace {
 public:
  void add(const LogEntry& entry);

  /// Each makes the time from run_start to run_stop worthless; empty for a sound log. Rules: time-unit,
  /// stop-before-start, clock-steps-back (within the run, by more than clocks of several writers differ).
  std::vector<ClockDoubt> doubts() const;

  /// How many runs were appended to each other: those of a job that was requeued into one file. 1 of a log
  /// with several run_start as many ranks write them.
  std::size_t runs() const { return runs_; }
  /// Where the second of them begins.
  std::size_t second_run_line() const { return second_run_line_; }

 private:
  struct Stamp {
    std::size_t line = 0;
    double time_ms = 0;
  };
  struct StepBack {
    LogKey key{};
    std::size_t line = 0;
    double milliseconds = 0;
  };

  void count_runs(const LogEntry& entry);
  void look_at_step(const LogEntry& entry);

  std::optional<Stamp> start_, stop_;  // the first of each
  double latest_ms_ = 0;               // since start_
  std::optional<StepBack> first_step_;
  std::size_t steps_ = 0;
  std::size_t runs_ = 0, second_run_line_ = 0;
  bool under_way_ = false;  // the latest run did something that only a further run_start can follow
};

}  // namespace tessera
