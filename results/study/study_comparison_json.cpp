#include "results/study/study_comparison_json.hpp"

#include <nlohmann/json.hpp>

#include "results/log/optional_json.hpp"
#include "results/study/layout_text.hpp"
#include "results/study/point_figures.hpp"

namespace tessera {
namespace {

using nlohmann::json;

/// Grows where a key changes its meaning; keys that are added don't count.
constexpr int kComparisonSchema = 1;

json json_of(const RepeatSpread& spread) {
  return {{"median", spread.median}, {"min", spread.min}, {"max", spread.max}};
}

json json_of(const RankSeconds& mean) {
  return {{"compute_seconds", mean.compute},
          {"exposed_exchange_seconds", mean.exposed_exchange},
          {"exposed_reduction_seconds", mean.exposed_reduction},
          {"exposed_input_seconds", mean.exposed_input},
          {"rest_seconds", mean.rest()}};
}

json json_of(const PopEfficiencies& pop) {
  return {{"parallel", pop.parallel},
          {"load_balance", pop.load_balance},
          {"communication", pop.communication},
          {"serialisation", or_null(pop.serialisation)},
          {"transfer", or_null(pop.transfer)}};
}

json json_of(const HybridEfficiencies& hybrid) {
  return {{"parallel", hybrid.parallel},
          {"mpi", hybrid.mpi},
          {"mpi_communication", hybrid.mpi_communication},
          {"mpi_load_balance", hybrid.mpi_load_balance},
          {"threads", hybrid.omp}};
}

json json_of(const StudyMeasurement::Solution& solution) {
  return {{"seconds", solution.seconds}, {"epochs", solution.epochs}, {"reached", solution.reached}};
}

template <class T>
json object_or_null(const std::optional<T>& value) {
  return value ? json_of(*value) : json();
}

json figures_json(const StudyMeasurement& measured, const PointFigures& one) {
  const StudyScaling& scaling = one.scaling;
  return {{"nodes", measured.nodes},
          {"input", to_string(measured.input)},
          {"step_seconds", json_of(one.step_seconds)},
          {"samples_per_second", one.samples_per_second},
          {"flop_per_second", one.flop_per_second},
          {"peak_share", or_null(one.peak_share)},
          {"breakdown", object_or_null(one.breakdown)},
          {"is_base", one.is_base},
          {"speed_up", scaling.speed_up},
          {"efficiency",
           json_of(RepeatSpread{scaling.efficiency, scaling.lowest_efficiency, scaling.highest_efficiency})},
          {"pop", object_or_null(one.pop)},
          {"computation_scaling", or_null(one.computation_scaling)},
          {"global_efficiency", or_null(one.global_efficiency())},
          {"hybrid", object_or_null(one.hybrid)},
          {"memory_bytes", or_null(one.memory_bytes)},
          {"joules_per_sample", or_null(one.joules_a_sample)},
          {"solution", object_or_null(measured.solution)},
          {"node_hours", or_null(one.node_hours)},
          {"prediction_error", or_null(one.prediction_error)}};
}

json point_json(const StudyPoint& point, const std::optional<PointFigures>& figures) {
  const StudyLayout& layout = point.layout;
  return {{"name", point.name},
          {"ranks", layout.ranks},
          {"threads", layout.threads},
          {"cores", cores_of(layout)},
          {"split", split_text(layout)},
          {"global_batch", layout.global_batch},
          {"extents", layout.extents},
          {"failure", point.failure},
          {"predicted_step_seconds", or_null(point.predicted_step_seconds)},
          {"figures", figures ? figures_json(*point.measurement, *figures) : json()}};
}

json study_json(const NamedStudy& named) {
  const Study& study = named.study;
  return {{"name", named.name},
          {"system", study.system},
          {"processor", study.processor},
          {"mpi", study.mpi},
          {"library", study.library},
          {"version", study.version},
          {"steps", study.steps},
          {"repeats", study.repeats},
          {"peak_flop_a_core", or_null(study.peak_flop_a_core)},
          {"peak_source", study.peak_source}};
}

json member_json(const NamedStudy& named, const StudyFamily& family,
                 const std::vector<std::optional<PointFigures>>& figures) {
  json points = json::array();
  for (const std::size_t i : family.points) points.push_back(point_json(named.study.points[i], figures[i]));
  return {{"study", named.name}, {"points", points}};
}

}  // namespace

json to_json(const StudyComparison& comparison) {
  json studies = json::array(), families = json::array();
  std::vector<std::vector<std::optional<PointFigures>>> figures;
  for (const NamedStudy& named : comparison.studies) {
    studies.push_back(study_json(named));
    figures.push_back(figures_of(named.study));
  }
  for (const ComparedFamily& family : comparison.families) {
    json members = json::array(), fastest = json::array();
    for (const auto& [study, own] : family.members)
      members.push_back(member_json(comparison.studies[study], own, figures[study]));
    for (const FastestPoint& one : comparison.fastest_of(family)) {
      const NamedStudy& named = comparison.studies[one.study];
      fastest.push_back({{"cores", one.cores},
                         {"study", named.name},
                         {"point", named.study.points[one.point].name},
                         {"ratio", or_null(one.ratio)}});
    }
    families.push_back({{"benchmark", family.benchmark},
                        {"element", family.element},
                        {"mode", to_string(family.family().mode)},
                        {"kept", family.family().kept},
                        {"name", family.family().name},
                        {"studies", members},
                        {"fastest", fastest}});
  }
  return {{"schema_version", kComparisonSchema},
          {"base", comparison.studies[comparison.base].name},
          {"studies", studies},
          {"families", families}};
}

}  // namespace tessera
