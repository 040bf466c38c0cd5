#include "results/study/study_comparison_table.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <ostream>

#include "results/log/table_text.hpp"
#include "results/study/layout_text.hpp"
#include "results/study/point_figures.hpp"
#include "results/study/study_table.hpp"

namespace tessera {
namespace {

constexpr std::size_t kNameColumns = 32;

std::string name_text(const NamedStudy& named) {
  return tail(plain(named.name), kNameColumns);
}

void print_systems(std::ostream& out, const StudyComparison& comparison) {
  for (std::size_t i = 0; i < comparison.studies.size(); ++i) {
    const NamedStudy& named = comparison.studies[i];
    fmt::print(out, "{}{:<{}} {}; {}; {}; tessera {}\n", i == comparison.base ? '*' : ' ', name_text(named),
               kNameColumns, tail(plain(named.study.processor), 30), tail(plain(named.study.mpi), 16),
               tail(plain(named.study.library), 16), tail(plain(named.study.version), 12));
  }
}

void print_points(std::ostream& out, const ComparedFamily& family, const StudyComparison& comparison,
                  const std::vector<std::vector<std::optional<PointFigures>>>& figures) {
  fmt::print(out, "  {:>6} {:<{}} {:>9} {:<8} {:>11} {:>11} {:>9} {:>10} {:>8}\n", "cores", "system",
             kNameColumns, "layout", "split", "ms a step", "samples/s", "over *", "efficiency", "of peak");
  for (const FastestPoint& one : comparison.fastest_of(family)) {
    const NamedStudy& named = comparison.studies[one.study];
    const StudyLayout& layout = named.study.points[one.point].layout;
    const PointFigures& own = *figures[one.study][one.point];
    fmt::print(out, "  {:>6} {:<{}} {:>9} {:<8} {:>11.4g} {:>11.4g} {:>9} {:>8.1f} % {:>8}\n", one.cores,
               name_text(named), kNameColumns, size_text(layout), split_text(layout),
               1e3 * own.step_seconds.median, own.samples_per_second,
               one.ratio ? fmt::format("{:.3f}", *one.ratio) : "-", 100 * own.scaling.efficiency,
               own.peak_share ? fmt::format("{:.1f} %", 100 * *own.peak_share) : "-");
  }
}

void print_failures(std::ostream& out, const StudyComparison& comparison) {
  bool headed = false;
  for (const NamedStudy& named : comparison.studies) {
    for (const StudyPoint& point : named.study.points) {
      if (point.measurement) continue;
      if (!headed) fmt::print(out, "\npoints without figures\n");
      headed = true;
      fmt::print(out, "  {}: {}: {}\n", name_text(named), plain(point.name),
                 point.failure.empty() ? "hasn't ended yet" : "FAILED: " + plain(point.failure));
    }
  }
}

}  // namespace

void print(std::ostream& out, const StudyComparison& comparison) {
  if (comparison.studies.size() == 1) return print(out, comparison.studies.front().study);
  std::vector<std::vector<std::optional<PointFigures>>> figures;
  for (const NamedStudy& named : comparison.studies) figures.push_back(figures_of(named.study));
  print_systems(out, comparison);
  for (const ComparedFamily& family : comparison.families) {
    fmt::print(out, "\n{} in {}, {} scaling, {}\n", plain(family.benchmark), plain(family.element),
               family.family().mode == StudyMode::Strong ? "strong" : "weak", family.family().kept);
    print_points(out, family, comparison, figures);
  }
  print_failures(out, comparison);
  fmt::print(out,
             "\nof each system the fastest point at each number of cores; over *: work a second over that of "
             "the system marked *;\nefficiency: against the smallest point of the same system; layout: ranks "
             "x threads\n");
}

}  // namespace tessera
