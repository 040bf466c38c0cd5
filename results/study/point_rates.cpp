#include "results/study/point_rates.hpp"

#include "results/study/efficiency.hpp"

namespace tessera {

double step_seconds(const StudyPoint& point) {
  return spread_of(point.measurement->step_seconds).median;
}

double samples_per_second(const StudyPoint& point) {
  return static_cast<double>(point.layout.global_batch) / step_seconds(point);
}

double sustained_flop_per_second(const StudyPoint& point) {
  return point.measurement->training_flop_a_sample * samples_per_second(point);
}

std::optional<double> share_of_peak(const Study& study, const StudyPoint& point) {
  if (!study.peak_flop_a_core) return std::nullopt;
  return sustained_flop_per_second(point) / (*study.peak_flop_a_core * cores_of(point.layout));
}

}  // namespace tessera
