#include "results/study/point_figures.hpp"

#include <algorithm>

#include "results/study/point_rates.hpp"

namespace tessera {
namespace {

std::optional<RankSeconds> mean_over_ranks(const std::vector<RankSeconds>& ranks) {
  if (ranks.empty()) return std::nullopt;
  RankSeconds mean;
  const auto share = 1 / static_cast<double>(ranks.size());
  for (const RankSeconds& rank : ranks) {
    for (const auto part :
         {&RankSeconds::step, &RankSeconds::compute, &RankSeconds::exposed_exchange,
          &RankSeconds::exposed_reduction, &RankSeconds::exposed_input, &RankSeconds::compute_cpu})
      mean.*part += rank.*part * share;
  }
  return mean;
}

std::optional<double> node_hours_of(const StudyMeasurement& measured) {
  if (!measured.solution || !measured.solution->reached) return std::nullopt;
  return measured.nodes * measured.solution->seconds / 3600;
}

/// All but what needs the base.
PointFigures figures_alone(const Study& study, const StudyPoint& point) {
  const StudyMeasurement& measured = *point.measurement;
  PointFigures figures{.step_seconds = spread_of(measured.step_seconds)};
  const double seconds = figures.step_seconds.median;
  figures.samples_per_second = samples_per_second(point);
  figures.flop_per_second = sustained_flop_per_second(point);
  figures.peak_share = share_of_peak(study, point);
  figures.breakdown = mean_over_ranks(measured.ranks);
  figures.pop = pop_efficiencies(measured);
  if (const auto times = talp_times(point.layout, measured); times && point.layout.threads > 1)
    figures.hybrid = hybrid_efficiencies(*times);
  if (!measured.peak_memory_bytes.empty())
    figures.memory_bytes = std::ranges::max(measured.peak_memory_bytes);
  if (measured.joules_a_step)
    figures.joules_a_sample = *measured.joules_a_step / static_cast<double>(point.layout.global_batch);
  figures.node_hours = node_hours_of(measured);
  if (point.predicted_step_seconds) figures.prediction_error = *point.predicted_step_seconds / seconds - 1;
  return figures;
}

}  // namespace

std::optional<double> PointFigures::global_efficiency() const {
  if (!pop || !computation_scaling) return std::nullopt;
  return pop->parallel * *computation_scaling;
}

std::vector<std::optional<PointFigures>> figures_of(const Study& study) {
  std::vector<std::optional<PointFigures>> figures(study.points.size());
  for (const StudyFamily& family : families_of(study)) {
    for (const std::size_t i : family.points) {
      const StudyPoint& point = study.points[i];
      if (!point.measurement) continue;
      const StudyPoint& base = study.points[*family.base];
      figures[i] = figures_alone(study, point);
      figures[i]->scaling = scaling_of(point, base);
      figures[i]->is_base = i == *family.base;
      figures[i]->computation_scaling = computation_scaling(point, base);
    }
  }
  return figures;
}

}  // namespace tessera
