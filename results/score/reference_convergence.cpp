#include "results/score/reference_convergence.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "results/score/olympic_mean.hpp"
#include "results/score/reference_points.hpp"

namespace tessera {
namespace {

using Points = std::vector<ReferencePoint>;
using Curve = std::vector<ConvergenceCurvePoint>;

Points parse_points(std::string_view json) {
  Points points;
  for (const auto& record : nlohmann::json::parse(json)) {
    points.push_back({record.at("BS"), record.at("Epochs to converge")});
  }
  std::sort(points.begin(), points.end(),
            [](const ReferencePoint& a, const ReferencePoint& b) { return a.batch < b.batch; });
  return points;
}

/// Without the smallest and the largest; at least three.
double mean_without_extremes(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return mean_without_ends(sorted);
}

double population_deviation(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  const double squares = std::accumulate(values.begin(), values.end(), 0.0, [mean](double sum, double value) {
    return sum + (value - mean) * (value - mean);
  });
  return std::sqrt(squares / count);
}

ConvergenceCurvePoint between(const ConvergenceCurvePoint& low, const ConvergenceCurvePoint& high,
                              double batch) {
  const double share = (batch - low.batch) / (high.batch - low.batch);
  return {batch, std::lerp(low.mean, high.mean, share), std::lerp(low.deviation, high.deviation, share), 0};
}

/// The point of the curve at a batch size; nothing above all of them.
std::optional<ConvergenceCurvePoint> at_batch(const Curve& curve, double batch, double runs_between) {
  const auto high = std::find_if(curve.begin(), curve.end(),
                                 [batch](const ConvergenceCurvePoint& p) { return p.batch >= batch; });
  if (high == curve.end()) return std::nullopt;
  if (high == curve.begin() || high->batch == batch) return *high;
  ConvergenceCurvePoint point = between(*std::prev(high), *high, batch);
  point.runs = runs_between;
  return point;
}

double limit_of(const ConvergenceCurvePoint& reference, double runs) {
  if (reference.deviation == 0) return reference.mean;
  constexpr double kLevel = 0.05;  // one-sided
  const boost::math::students_t distribution(reference.runs + runs - 2);
  return reference.mean + boost::math::quantile(distribution, kLevel) * reference.deviation *
                              std::sqrt(1 / reference.runs + 1 / runs);
}

}  // namespace

std::span<const ReferencePoint> reference_points(Round round, std::string_view benchmark) {
  static const auto all = [] {
    std::map<std::pair<std::string_view, std::string_view>, Points> by_name;
    for (const PublishedPoints& file : published_points()) {
      by_name[{file.rules, file.benchmark}] = parse_points(file.json);
    }
    return by_name;
  }();
  auto found = all.find({name_of(round), benchmark});
  if (found == all.end() && round == Round::V3_0) found = all.find({name_of(Round::V2_0), benchmark});
  return found == all.end() ? std::span<const ReferencePoint>() : found->second;
}

std::vector<ConvergenceCurvePoint> convergence_curve(std::span<const ReferencePoint> points) {
  Curve curve;
  for (const ReferencePoint& point : points) {
    curve.push_back({point.batch, mean_without_extremes(point.epochs), population_deviation(point.epochs),
                     static_cast<double>(point.epochs.size()) - 2});
  }
  const auto slower = [](const auto& a, const auto& b) { return a.mean < b.mean; };
  curve.erase(curve.begin(), std::min_element(curve.begin(), curve.end(), slower));
  for (std::size_t i = 1; i + 1 < curve.size();) {
    if (curve[i].mean > between(curve[i - 1], curve[i + 1], curve[i].batch).mean) {
      curve.erase(curve.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return curve;
}

std::string_view name_of(ConvergenceVerdict::Outcome outcome) {
  constexpr std::array<std::string_view, 5> kNames{"pass", "fail", "missing RCP", "insufficient convergence",
                                                   "broken log"};
  return kNames[static_cast<std::size_t>(outcome)];
}

ConvergenceVerdict judge_convergence(std::span<const ReferencePoint> points, double batch,
                                     std::span<const double> epochs, std::size_t required_runs) {
  assert(epochs.size() >= 3 && required_runs >= 3);
  if (std::count(epochs.begin(), epochs.end(), std::numeric_limits<double>::infinity()) > 1) {
    return {ConvergenceVerdict::InsufficientConvergence, {}, {}, {}};
  }
  const double mean = mean_without_extremes(epochs);
  const auto runs = static_cast<double>(required_runs);
  const auto reference = at_batch(convergence_curve(points), batch, 2 * runs);
  if (!reference) return {ConvergenceVerdict::MissingPoint, mean, {}, {}};
  const double limit = limit_of(*reference, runs - 2);
  const auto outcome = mean >= limit ? ConvergenceVerdict::Pass : ConvergenceVerdict::TooFast;
  return {outcome, mean, limit, std::max(1.0, reference->mean / mean)};
}

}  // namespace tessera
