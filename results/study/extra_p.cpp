#include "results/study/extra_p.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "results/study/point_figures.hpp"

namespace tessera {
namespace {

using nlohmann::json;

bool threads_vary(const Study& study, const ExportSeries& series) {
  return std::ranges::any_of(series.points, [&](std::size_t i) {
    return study.points[i].layout.threads != study.points[series.points.front()].layout.threads;
  });
}

/// Values of all points of the series, by call path and metric.
class Measurements {
 public:
  explicit Measurements(json point) : point_(std::move(point)) {}

  void add(json& measurements, const char* call_path, const char* metric, const json& values) const {
    measurements[call_path][metric].push_back({{"point", point_}, {"values", values}});
  }

 private:
  json point_;
};

void add_breakdown(json& measurements, const Measurements& here, const RankSeconds& mean) {
  const std::array<std::pair<const char*, double>, 5> parts{{
      {"step->compute", mean.compute},
      {"step->exposed exchange", mean.exposed_exchange},
      {"step->exposed reduction", mean.exposed_reduction},
      {"step->exposed input", mean.exposed_input},
      {"step->rest", mean.rest()},
  }};
  for (const auto& [path, seconds] : parts) here.add(measurements, path, "time", json::array({seconds}));
}

json experiment_of(const Study& study, const ExportSeries& series,
                   const std::vector<std::optional<PointFigures>>& figures) {
  const bool with_threads = threads_vary(study, series);
  const bool all_have = std::ranges::all_of(
      series.points, [&](std::size_t i) { return figures[i]->breakdown && figures[i]->memory_bytes; });
  json measurements;
  for (const std::size_t i : series.points) {
    const StudyPoint& point = study.points[i];
    json coordinates{point.layout.ranks};
    if (with_threads) coordinates.push_back(point.layout.threads);
    const Measurements here(coordinates);
    here.add(measurements, "step", "time", point.measurement->step_seconds);
    if (!all_have) continue;
    here.add(measurements, "step", "peak memory", point.measurement->peak_memory_bytes);
    add_breakdown(measurements, here, *figures[i]->breakdown);
  }
  json parameters{"ranks"};
  if (with_threads) parameters.push_back("threads");
  return {{"parameters", parameters}, {"measurements", measurements}};
}

}  // namespace

std::vector<ExportFile> extra_p_files(const Study& study) {
  const auto figures = figures_of(study);
  std::vector<ExportFile> files;
  for (const ExportSeries& series : export_series_of(study))
    files.push_back({.path = series.name + ".json", .json = experiment_of(study, series, figures)});
  return files;
}

}  // namespace tessera
