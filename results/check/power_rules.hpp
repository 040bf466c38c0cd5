#pragma once

#include <filesystem>
#include <optional>

#include "results/check/finding.hpp"
#include "results/check/power_log.hpp"
#include "results/check/run_record.hpp"

namespace tessera {

/// The run that power logs are of.
struct MeasuredRun {
  std::filesystem::path log;
  std::optional<double> start_ms, stop_ms;  // its first run_start and run_stop

  /// From run_start to run_stop; nothing where one is missing or the other way round.
  std::optional<double> seconds() const;
};
MeasuredRun measured_run(const RunRecord& run);

/// Judges the power log of a node by the rules of power measurements. What makes the official tools fail is a
/// finding:
///   unreadable, no-power-start, bad-power-value
///   power-times          the measurement takes no time
/// Warnings, which the official tools don't have:
///   malformed-line       lines that are passed over
///   no-power-stop        the last reading stands for it, as officially
///   few-power-readings   under 60
///   power-rate           the median time between readings is above a second (and a twentieth)
///   power-gap            a time between readings is twice that median, and above 1.5 s
///   power-coverage       the measurement doesn't reach from run_start to run_stop, by a second; or it is of
///                        other work, too: it goes beyond by a hundredth of the run and two seconds
///   power-clock          times step back, or the whole measurement is before or after the run
///   power-conversion     no conversion_eff in (0, 1], or no measurement_type AC or DC
///   partial-power        the metadata `covers` says that the meter covers a part of the node
void check_node_power(const PowerLog& log, const MeasuredRun& run, Verdict& verdict);

/// The same of a switch: unreadable, bad-power-value; warnings malformed-line, power-conversion and
///   no-interconnect-power  without interconnect_power_est, which counts as none
void check_switch_power(const PowerLog& log, Verdict& verdict);

}  // namespace tessera
