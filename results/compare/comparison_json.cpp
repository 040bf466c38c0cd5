#include "results/compare/comparison_json.hpp"

#include <algorithm>
#include <cmath>

#include "results/check/rule_tables.hpp"
#include "results/compare/energy_comparison.hpp"

namespace tessera {
namespace {

using nlohmann::json;

/// Grows where a key changes its meaning; keys that are added don't count.
constexpr int kSchemaVersion = 1;

/// JSON has no infinity.
json number(std::optional<double> value) {
  return value && std::isfinite(*value) ? json(*value) : json();
}

json p_of(const std::optional<RankSumTest>& test) {
  return test ? json(test->p) : json();
}

json to_json(const Breakdown& breakdown, const std::vector<EpochTime>& epochs) {
  const double first = epochs.empty() ? 0 : epochs.front().seconds * epochs.front().epochs;
  return {{"staging_seconds", breakdown.staging},
          {"first_epoch_seconds", std::min(first, breakdown.training)},
          {"training_seconds", breakdown.training},
          {"evaluation_seconds", breakdown.evaluation},
          {"other_seconds", breakdown.other}};
}

json to_json(const std::vector<CurvePoint>& curve) {
  json points = json::array();
  for (const CurvePoint& point : curve) {
    points.push_back({number(point.minutes), number(point.epoch), number(point.value)});
  }
  return points;
}

/// The run that stands for a set in pictures: the median of those that converged, else the one that went on
/// longest. Nothing of an empty set.
std::optional<std::size_t> typical_run(const std::vector<ScoredRun>& runs) {
  std::vector<std::size_t> order;
  const bool any_converged = std::ranges::any_of(runs, &ScoredRun::converged);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (runs[i].converged || !any_converged) order.push_back(i);
  if (order.empty()) return std::nullopt;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return runs[i].minutes.value_or(0); });
  return any_converged ? order[(order.size() - 1) / 2] : order.back();
}

json runs_of(const ComparedSet& compared, const BenchmarkRules* benchmark) {
  json runs = json::array();
  const auto typical = typical_run(compared.score.runs);
  for (std::size_t i = 0; i < compared.score.runs.size(); ++i) {
    const ScoredRun& run = compared.score.runs[i];
    const RunTrace& trace = compared.set.runs[i].trace();
    runs.push_back(
        {{"file", run.file},
         {"minutes", number(run.minutes)},
         {"converged", run.converged},
         {"reason", run.reason},
         {"epochs", number(run.epochs)},
         {"typical", i == typical},
         {"breakdown", to_json(trace.breakdown(), compared.set.runs[i].epochs().times())},
         {"evaluations",
          benchmark == nullptr ? json::array() : to_json(trace.curve(benchmark->target.each.key))}});
  }
  return runs;
}

json to_json(const Standing& standing, const ComparedSet& compared, const BenchmarkRules* benchmark,
             bool on_pareto_line) {
  const auto& [set, score, system] = compared;
  const auto& spread = score.spread;
  json object{{"name", standing.name},
              {"place", standing.place == 0 ? json() : json(standing.place)},
              {"directory", set.directory.generic_string()},
              {"organisation", set.organisation},
              {"system", set.system},
              {"division", set.division},
              {"nodes", number(system.nodes)},
              {"accelerators", number(system.accelerators)},
              {"size", number(system.size)},
              {"unit", system.unit},
              {"minutes", number(standing.minutes)},
              {"models_per_minute", number(standing.models_per_minute)},
              {"provisional", standing.provisional},
              {"why_no_score", score.why_no_score},
              {"warnings", score.warnings},
              {"required_runs", score.required_runs},
              {"scaling_factor", set.scaling_factor},
              {"energy", to_json(score.energy)},
              {"on_pareto_line", on_pareto_line},
              {"interval_minutes", spread ? json{spread->low, spread->high} : json()},
              {"global_batch_size", number(score.batch)},
              {"samples_per_second_per_unit", number(samples_per_second_a_unit(compared))},
              {"speed_up", number(standing.speed_up)},
              {"speed_up_per_node", number(standing.speed_up_per_node)},
              {"speed_up_per_accelerator", number(standing.speed_up_per_accelerator)},
              {"p_against_base", p_of(standing.against_base)},
              {"p_against_next", p_of(standing.against_next)},
              {"runs", runs_of(compared, benchmark)}};
  object.update(to_json(score.training));
  return object;
}

json tests_of(const ComparedGroup& group, const Comparison& comparison) {
  json tests = json::array();
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    for (std::size_t j = i + 1; j < group.standings.size(); ++j) {
      const Standing &first = group.standings[i], &second = group.standings[j];
      const auto test = compare_runs(comparison.set_of(first), comparison.set_of(second));
      if (!test) continue;
      tests.push_back({{"first", first.name},
                       {"second", second.name},
                       {"u", test->u},
                       {"p", test->p},
                       {"exact", test->exact}});
    }
  }
  return tests;
}

json to_json(const ScalingFamily& family, const std::vector<Standing>& standings) {
  json points = json::array();
  for (const ScalingPoint& point : family.points) {
    points.push_back({{"name", standings[point.standing].name},
                      {"size", point.size},
                      {"global_batch_size", point.batch},
                      {"batch_per_unit", point.batch_a_unit},
                      {"speed_up", point.speed_up},
                      {"efficiency", point.efficiency},
                      {"throughput_efficiency", number(point.throughput_efficiency)}});
  }
  return {{"kind", name_of(family.kind)}, {"unit", family.unit}, {"points", points}};
}

json to_json(const std::vector<Difference>& differences) {
  json list = json::array();
  for (const Difference& one : differences) list.push_back({{"name", one.name}, {"values", one.values}});
  return list;
}

json to_json(const ComparedGroup& group, const Comparison& comparison) {
  const BenchmarkRules* benchmark = find_benchmark_rules(group.benchmark);
  json metric, systems = json::array(), scaling = json::array(), unscaled = json::array();
  if (benchmark != nullptr) {
    metric = {{"key", name_of(benchmark->target.each.key)}, {"target", benchmark->target.target}};
  }
  const std::vector<EnergyStanding> measured = compare_energy(group, comparison);
  for (std::size_t i = 0; i < group.standings.size(); ++i) {
    const bool on_pareto_line = std::ranges::find(measured, EnergyStanding{i, true}) != measured.end();
    systems.push_back(
        to_json(group.standings[i], comparison.set_of(group.standings[i]), benchmark, on_pareto_line));
  }
  for (const ScalingFamily& family : group.scaling.families)
    scaling.push_back(to_json(family, group.standings));
  for (const Unscaled& system : group.scaling.unscaled)
    unscaled.push_back({{"name", group.standings[system.standing].name}, {"why", system.why}});
  return {{"benchmark", group.benchmark},
          {"mode", name_of(group.mode)},
          {"base", group.standings[group.base].name},
          {"metric", metric},
          {"systems", systems},
          {"rank_sum_tests", tests_of(group, comparison)},
          {"scaling", scaling},
          {"unscaled", unscaled},
          {"hyperparameters", to_json(group.hyperparameters)},
          {"descriptions", to_json(group.descriptions)}};
}

}  // namespace

json to_json(const Comparison& comparison) {
  json groups = json::array();
  for (const ComparedGroup& group : comparison.groups) groups.push_back(to_json(group, comparison));
  return {{"schema_version", kSchemaVersion}, {"groups", groups}};
}

}  // namespace tessera
