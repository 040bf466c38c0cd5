#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/check/run_rules.hpp"

/// Reference convergence points (RCPs): nobody may converge in fewer epochs than the reference did. The test
/// is that of the rule sets 1.0 to 3.0, see judge_convergence().
namespace tessera {

/// The runs of the reference at one global batch size.
struct ReferencePoint {
  double batch = 0;
  std::vector<double> epochs;  // that each run needed to reach the target

  bool operator==(const ReferencePoint&) const = default;
};

/// The published points of a rule set, in the order of batch sizes; empty for benchmarks that have none here.
std::span<const ReferencePoint> reference_points(Round round, std::string_view benchmark);

/// A point as the test uses it.
struct ConvergenceCurvePoint {
  double batch = 0;
  double mean = 0;       // of its epochs, without the smallest and the largest
  double deviation = 0;  // population standard deviation of all of them
  double runs = 0;       // how many runs the test counts: two fewer than there were
};

/// The points that count: those of smaller batch than the fastest are dropped, then, in one pass from the
/// second on, each that lies above the line between its neighbours.
std::vector<ConvergenceCurvePoint> convergence_curve(std::span<const ReferencePoint> points);

struct ConvergenceVerdict {
  enum Outcome { Pass, TooFast, MissingPoint, InsufficientConvergence, BrokenLog };
  Outcome outcome = Pass;
  std::optional<double> mean_epochs;  // m: of the submission, without the smallest and the largest
  std::optional<double> limit;        // the smallest mean that passes
  std::optional<double> factor;       // max(1, reference mean / m): what would make up for too few epochs
  std::string broken_log = {};        // which log can't be tested, and why; empty if all can

  bool passes() const { return outcome == Pass; }
};

/// "pass", "fail", "missing RCP", "insufficient convergence", "broken log".
std::string_view name_of(ConvergenceVerdict::Outcome outcome);

/// Tests the runs of a submission, which all have one batch size. epochs: of each run as
/// ConvergenceTrace has them, infinite if it didn't end in success; at least three. required_runs: how many
/// runs the benchmark asks for, N of the rules.
///
/// With M, s and n1 (mean, deviation, runs) of the curve at that batch size and n2 = N - 2, it passes if
/// m >= M + t(0.05; n1 + n2 - 2) * s * sqrt(1 / n1 + 1 / n2), where t is Student's quantile, which is
/// negative. Between two points M and s are interpolated in the batch and n1 is 2N; below all of them the
/// smallest counts; above them there is no reference.
ConvergenceVerdict judge_convergence(std::span<const ReferencePoint> points, double batch,
                                     std::span<const double> epochs, std::size_t required_runs);

}  // namespace tessera
