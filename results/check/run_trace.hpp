#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "results/check/thinned_series.hpp"
#include "results/log/log_entry.hpp"

namespace tessera {

/// An evaluation of a run, as a point of its convergence curve.
struct CurvePoint {
  double minutes = 0;           // since run_start
  std::optional<double> epoch;  // epoch_num, or epoch, of its metadata
  double value = 0;             // not always finite
};

/// Where the time of a run went, in seconds. Each moment counts once: as evaluation where one is open, else
/// as training within an epoch or block, else as staging, else as other. An evaluation without a stop ends
/// where the next epoch or block starts. What lies between run_interrupted, or the last start or stop of a
/// killed run, and run_resumed is other. Staging counts from its start, also above run_start, where the
/// minutes of the run don't have it; the rest from run_start to run_stop.
struct Breakdown {
  double staging = 0, training = 0, evaluation = 0, other = 0;
};

/// How a run went from its run_start to its run_stop, taken from the entries of its log in the order of their
/// lines. Memory doesn't grow with the log: of a long curve every second, fourth, ... point is kept.
class RunTrace {
 public:
  static constexpr std::size_t kMostPoints = 4096;

  void add(const LogEntry& entry);

  /// The evaluations of a benchmark's metric (see is_metric()) whose value is a number, first and last always
  /// among them.
  std::vector<CurvePoint> curve(LogKey key) const;
  const Breakdown& breakdown() const { return breakdown_; }

 private:
  using Curve = ThinnedSeries<CurvePoint, kMostPoints>;

  static constexpr std::size_t kActivities = 4;  // staging, epoch, block, evaluation

  double advance(double time_ms);
  void take_time(double time_ms);
  void add_point(Curve& curve, const LogEntry& entry);

  std::optional<double> run_start_ms_, latest_ms_;
  bool stopped_ = false;
  std::array<bool, kActivities> open_{};
  Breakdown breakdown_;
  std::map<LogKey, Curve> curves_;
};

}  // namespace tessera
