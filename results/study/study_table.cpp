#include "results/study/study_table.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>

#include "results/log/table_text.hpp"
#include "results/study/layout_text.hpp"
#include "results/study/point_figures.hpp"

namespace tessera {
namespace {

using Figures = std::vector<std::optional<PointFigures>>;

constexpr double kMilli = 1e3, kGiga = 1e-9, kMebibyte = 1024 * 1024;

std::string number(const std::optional<double>& value, const char* format = "{:.3f}") {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

/// Seconds as milliseconds, to four digits or to the last before the point.
std::string milliseconds(double seconds) {
  const double ms = kMilli * seconds;
  return ms < 1000 ? fmt::format("{:.4g}", ms) : fmt::format("{:.0f}", ms);
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "-";
}

/// In lines of a terminal's width, those after the first indented.
void print_wrapped(std::ostream& out, std::string line) {
  constexpr std::size_t kColumns = 120;
  while (line.size() > kColumns) {
    const std::size_t end = line.rfind(' ', kColumns);
    fmt::print(out, "{}\n", line.substr(0, end));
    line = "    " + line.substr(end + 1);
  }
  fmt::print(out, "{}\n", line);
}

/// The points of a family that were measured, each with its figures.
template <class Print>
void for_each_measured(const StudyFamily& family, const Figures& figures, Print print_row) {
  for (const std::size_t i : family.points)
    if (figures[i]) print_row(i, *figures[i]);
}

std::string row_name(const StudyLayout& layout, bool is_base) {
  return fmt::format("  {:>9}{} {:<8}", size_text(layout), is_base ? '*' : ' ', split_text(layout));
}

void print_scaling(std::ostream& out, const StudyFamily& family, const Study& study, const Figures& figures) {
  fmt::print(out, "  {:>9}  {:<8} {:>9} {:>15} {:>9} {:>9} {:>7} {:>8} {:>10} {:>15} {:>8}\n", "ranks x",
             "split", "ms a", "min..max", "samples/s", "Gflop/s", "of peak", "speed-up", "efficiency",
             "of repeats", "model");
  fmt::print(out, "  {:>9}  {:<8} {:>9}\n", "threads", "", "step");
  for_each_measured(family, figures, [&](std::size_t i, const PointFigures& one) {
    const RepeatSpread& step = one.step_seconds;
    fmt::print(out, "{} {:>9} {:>15} {:>9.4g} {:>9.4g} {:>7} {:>8.3g} {:>10} {:>15} {:>8}\n",
               row_name(study.points[i].layout, one.is_base), milliseconds(step.median),
               milliseconds(step.min) + ".." + milliseconds(step.max), one.samples_per_second,
               kGiga * one.flop_per_second, percent(one.peak_share), one.scaling.speed_up,
               percent(one.scaling.efficiency),
               fmt::format("{:.1f}..{:.1f}", 100 * one.scaling.lowest_efficiency,
                           100 * one.scaling.highest_efficiency),
               one.prediction_error ? fmt::format("{:+.1f} %", 100 * *one.prediction_error) : "-");
  });
}

void print_breakdown(std::ostream& out, const StudyFamily& family, const Study& study,
                     const Figures& figures) {
  fmt::print(out, "\n  {:<19} {:>9} {:>10} {:>10} {:>9} {:>9} {:>16} {:>12}\n", "ms a step", "compute",
             "exchange", "reduction", "input", "rest", "MiB a rank", "J a sample");
  for_each_measured(family, figures, [&](std::size_t i, const PointFigures& one) {
    const auto part = [&](auto seconds) {
      return one.breakdown ? milliseconds(seconds(*one.breakdown)) : "-";
    };
    fmt::print(
        out, "{} {:>9} {:>10} {:>10} {:>9} {:>9} {:>16} {:>12}\n",
        row_name(study.points[i].layout, one.is_base),
        part([](const RankSeconds& mean) { return mean.compute; }),
        part([](const RankSeconds& mean) { return mean.exposed_exchange; }),
        part([](const RankSeconds& mean) { return mean.exposed_reduction; }),
        part([](const RankSeconds& mean) { return mean.exposed_input; }),
        part([](const RankSeconds& mean) { return mean.rest(); }),
        one.memory_bytes ? fmt::format("{:.1f}", static_cast<double>(*one.memory_bytes) / kMebibyte) : "-",
        number(one.joules_a_sample, "{:.4g}"));
  });
}

void print_pop(std::ostream& out, const StudyFamily& family, const Study& study, const Figures& figures) {
  fmt::print(out, "\n  {:<19} {:>6} = {:>7} x ({:>6} x {:>8}) {:>8} {:>6}   {:>7} = {:>5} x {:>7}\n",
             "POP efficiencies", "paral.", "balance", "serial", "transfer", "c.scal.", "global", "hybrid",
             "MPI", "threads");
  for_each_measured(family, figures, [&](std::size_t i, const PointFigures& one) {
    const auto pop = [&](double PopEfficiencies::*member) {
      return one.pop ? number((*one.pop).*member) : "-";
    };
    const auto hybrid = [&](double HybridEfficiencies::*member) {
      return one.hybrid ? number((*one.hybrid).*member) : "-";
    };
    fmt::print(out, "{} {:>6}   {:>7}    {:>6}   {:>8}  {:>8} {:>6}   {:>7}   {:>5}   {:>7}\n",
               row_name(study.points[i].layout, one.is_base), pop(&PopEfficiencies::parallel),
               pop(&PopEfficiencies::load_balance), one.pop ? number(one.pop->serialisation) : "-",
               one.pop ? number(one.pop->transfer) : "-", number(one.computation_scaling),
               number(one.global_efficiency()), hybrid(&HybridEfficiencies::parallel),
               hybrid(&HybridEfficiencies::mpi), hybrid(&HybridEfficiencies::omp));
  });
}

/// Of points that ran to the target.
void print_solutions(std::ostream& out, const StudyFamily& family, const Study& study,
                     const Figures& figures) {
  const auto solved = [&](std::size_t i) { return figures[i] && study.points[i].measurement->solution; };
  if (std::ranges::none_of(family.points, solved)) return;
  fmt::print(out, "\n  {:<19} {:>10} {:>9} {:>9} {:>12}\n", "to the target", "minutes", "epochs", "nodes",
             "node-hours");
  for (const std::size_t i : family.points) {
    if (!solved(i)) continue;
    const StudyMeasurement& measured = *study.points[i].measurement;
    fmt::print(out, "{} {:>10.4g} {:>9.4g} {:>9} {:>12}{}\n",
               row_name(study.points[i].layout, figures[i]->is_base), measured.solution->seconds / 60,
               measured.solution->epochs, measured.nodes, number(figures[i]->node_hours, "{:.4g}"),
               measured.solution->reached ? "" : "  target missed");
  }
}

/// Points whose samples weren't all read once from the data set.
void print_inputs(std::ostream& out, const StudyFamily& family, const Study& study) {
  for (const auto& [input, words] :
       {std::pair(StudyInput::Cycled, "samples were read again, as the data set has fewer than a point took"),
        std::pair(StudyInput::Synthetic, "samples were made in memory, and nothing was read")}) {
    std::string names;
    for (const std::size_t i : family.points) {
      const StudyPoint& point = study.points[i];
      if (!point.measurement || point.measurement->input != input) continue;
      names += fmt::format(" {} {},", size_text(point.layout), split_text(point.layout));
    }
    if (names.empty()) continue;
    names.pop_back();
    fmt::print(out, "\n");
    print_wrapped(out, fmt::format("  {}:{}", words, names));
  }
}

void print_unmeasured(std::ostream& out, const StudyFamily& family, const Study& study) {
  bool headed = false;
  for (const std::size_t i : family.points) {
    const StudyPoint& point = study.points[i];
    if (point.measurement) continue;
    if (!headed) fmt::print(out, "\n  without figures\n");
    headed = true;
    fmt::print(out, "{} {}\n", row_name(point.layout, false),
               point.failure.empty() ? "hasn't ended yet" : "FAILED: " + plain(point.failure));
  }
}

void print_family(std::ostream& out, const StudyFamily& family, const Study& study, const Figures& figures) {
  const StudyLayout& first = study.points[family.points.front()].layout;
  const bool same_extents = family.mode != StudyMode::WeakVolume;
  fmt::print(out, "\n{}, {}{}", family.mode == StudyMode::Strong ? "strong scaling" : "weak scaling",
             family.kept, same_extents ? " of " + extents_text(first) : "");
  if (!family.base) {
    fmt::print(out, ": none of its points was measured\n");
  } else {
    fmt::print(out, "; against {} (*)\n", size_text(study.points[*family.base].layout));
    print_scaling(out, family, study, figures);
    print_breakdown(out, family, study, figures);
    print_pop(out, family, study, figures);
    print_solutions(out, family, study, figures);
    print_inputs(out, family, study);
  }
  print_unmeasured(out, family, study);
}

}  // namespace

void print(std::ostream& out, const Study& study) {
  const Figures figures = figures_of(study);
  fmt::print(out, "{} in {} on {}, {} ({})\n", plain(study.benchmark), plain(study.element),
             plain(study.system), plain(study.processor), plain(study.mpi));
  if (study.steps > 0)
    fmt::print(out, "medians of {} repeats of {} steps, of the slowest rank\n", study.repeats, study.steps);
  for (const StudyFamily& family : families_of(study)) print_family(out, family, study, figures);
  fmt::print(
      out,
      "\nefficiency: work in the time of the smallest point of its kind (*), over the ratio of cores; "
      "model: predicted over\nmeasured, less one; paral. = balance x communication, communication = "
      "serial x transfer; c.scal.: useful time of *\nover this one's for the same work; hybrid: of all "
      "threads, as TALP has it; -: not observed\n");
}

}  // namespace tessera
