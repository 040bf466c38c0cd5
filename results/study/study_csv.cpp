#include "results/study/study_csv.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

#include <ostream>
#include <string>
#include <utility>

#include "results/log/csv_cell.hpp"
#include "results/study/layout_text.hpp"
#include "results/study/point_figures.hpp"

namespace tessera {
namespace {

/// Headings with their cells, in order.
using Line = std::vector<std::pair<std::string, std::string>>;

void add_layout(Line& line, const Study& study, const StudyPoint& point, const StudyFamily& family) {
  const StudyLayout& layout = point.layout;
  line.insert(line.end(), {{"benchmark", csv_text(study.benchmark)},
                           {"element", csv_text(study.element)},
                           {"system", csv_text(study.system)},
                           {"family", csv_text(family.name)},
                           {"mode", to_string(layout.mode)},
                           {"point", csv_text(point.name)},
                           {"ranks", std::to_string(layout.ranks)},
                           {"threads", std::to_string(layout.threads)},
                           {"cores", std::to_string(cores_of(layout))},
                           {"nodes", point.measurement ? std::to_string(point.measurement->nodes) : ""},
                           {"split", split_text(layout)},
                           {"global_batch", std::to_string(layout.global_batch)},
                           {"extents", extents_text(layout)},
                           {"input", point.measurement ? to_string(point.measurement->input) : ""}});
}

void add_scaling(Line& line, const PointFigures& one) {
  line.insert(line.end(), {{"step_seconds", csv_number(one.step_seconds.median)},
                           {"step_seconds_min", csv_number(one.step_seconds.min)},
                           {"step_seconds_max", csv_number(one.step_seconds.max)},
                           {"samples_per_second", csv_number(one.samples_per_second)},
                           {"flop_per_second", csv_number(one.flop_per_second)},
                           {"peak_share", csv_number(one.peak_share)},
                           {"speed_up", csv_number(one.scaling.speed_up)},
                           {"efficiency", csv_number(one.scaling.efficiency)},
                           {"efficiency_min", csv_number(one.scaling.lowest_efficiency)},
                           {"efficiency_max", csv_number(one.scaling.highest_efficiency)},
                           {"is_base", one.is_base ? "1" : "0"}});
}

void add_breakdown(Line& line, const PointFigures& one) {
  const auto part = [&](auto seconds) { return one.breakdown ? csv_number(seconds(*one.breakdown)) : ""; };
  line.insert(
      line.end(),
      {{"compute_seconds", part([](const RankSeconds& mean) { return mean.compute; })},
       {"exposed_exchange_seconds", part([](const RankSeconds& mean) { return mean.exposed_exchange; })},
       {"exposed_reduction_seconds", part([](const RankSeconds& mean) { return mean.exposed_reduction; })},
       {"exposed_input_seconds", part([](const RankSeconds& mean) { return mean.exposed_input; })},
       {"rest_seconds", part([](const RankSeconds& mean) { return mean.rest(); })}});
}

void add_efficiencies(Line& line, const PointFigures& one) {
  const auto pop = [&](auto PopEfficiencies::*member) {
    return one.pop ? csv_number((*one.pop).*member) : "";
  };
  const auto hybrid = [&](double HybridEfficiencies::*member) {
    return one.hybrid ? csv_number((*one.hybrid).*member) : "";
  };
  line.insert(line.end(), {{"parallel_efficiency", pop(&PopEfficiencies::parallel)},
                           {"load_balance", pop(&PopEfficiencies::load_balance)},
                           {"communication_efficiency", pop(&PopEfficiencies::communication)},
                           {"serialisation_efficiency", pop(&PopEfficiencies::serialisation)},
                           {"transfer_efficiency", pop(&PopEfficiencies::transfer)},
                           {"computation_scaling", csv_number(one.computation_scaling)},
                           {"global_efficiency", csv_number(one.global_efficiency())},
                           {"hybrid_parallel_efficiency", hybrid(&HybridEfficiencies::parallel)},
                           {"hybrid_mpi_efficiency", hybrid(&HybridEfficiencies::mpi)},
                           {"hybrid_threads_efficiency", hybrid(&HybridEfficiencies::omp)}});
}

void add_costs(Line& line, const StudyPoint& point, const PointFigures& one) {
  const auto& solution = point.measurement ? point.measurement->solution : std::nullopt;
  line.insert(line.end(), {{"predicted_step_seconds", csv_number(point.predicted_step_seconds)},
                           {"memory_bytes", one.memory_bytes ? std::to_string(*one.memory_bytes) : ""},
                           {"joules_per_sample", csv_number(one.joules_a_sample)},
                           {"solution_seconds", solution ? csv_number(solution->seconds) : ""},
                           {"epochs", solution ? csv_number(solution->epochs) : ""},
                           {"target_reached", solution ? (solution->reached ? "1" : "0") : ""},
                           {"node_hours", csv_number(one.node_hours)},
                           {"failure", csv_text(point.failure)}});
}

Line line_of(const Study& study, const StudyPoint& point, const StudyFamily& family,
             const std::optional<PointFigures>& figures) {
  Line line;
  add_layout(line, study, point, family);
  const std::size_t measured = line.size();
  const PointFigures one = figures.value_or(PointFigures{});
  add_scaling(line, one);
  add_breakdown(line, one);
  add_efficiencies(line, one);
  if (!figures)
    for (std::size_t i = measured; i < line.size(); ++i) line[i].second.clear();
  add_costs(line, point, one);
  return line;
}

}  // namespace

void print_csv(std::ostream& out, const Study& study) {
  const std::vector<std::optional<PointFigures>> figures = figures_of(study);
  bool headed = false;
  for (const StudyFamily& family : families_of(study)) {
    for (const std::size_t i : family.points) {
      const Line line = line_of(study, study.points[i], family, figures[i]);
      std::vector<std::string> headings, cells;
      for (const auto& [heading, cell] : line) {
        headings.push_back(heading);
        cells.push_back(cell);
      }
      if (!headed) fmt::print(out, "{}\n", fmt::join(headings, ","));
      headed = true;
      fmt::print(out, "{}\n", fmt::join(cells, ","));
    }
  }
}

}  // namespace tessera
