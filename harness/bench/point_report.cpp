#include "harness/bench/point_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "harness/plan/grid_report.hpp"
#include "harness/process/statistics.hpp"
#include "results/study/point_rates.hpp"

namespace tessera {
namespace {

std::string row_of_ranks(const char* name, const StudyMeasurement& measured,
                         const std::function<double(const RankSeconds&)>& of) {
  std::vector<double> values;
  for (const RankSeconds& rank : measured.ranks) values.push_back(1e3 * of(rank));
  const MinMedianMax spread = min_median_max(values);
  return fmt::format("{:<34} {:>9.3f} {:>9.3f} {:>9.3f}\n", name, spread.min, spread.median, spread.max);
}

}  // namespace

std::vector<FigureOfMerit> figures_of(const Study& study, const StudyPoint& point) {
  const StudyMeasurement& measured = *point.measurement;
  std::vector<FigureOfMerit> figures;
  if (measured.verification)
    figures.push_back(
        {"verification_residual",
         std::max(measured.verification->loss_residual, measured.verification->gradient_residual), "x"});
  if (measured.verification && !measured.verification->passed()) return figures;
  figures.push_back({"step_seconds", step_seconds(point), "s"});
  figures.push_back({"samples_per_second", samples_per_second(point), "samples/s"});
  figures.push_back({"sustained_flop_per_second", sustained_flop_per_second(point), "flop/s"});
  if (const auto share = share_of_peak(study, point)) figures.push_back({"share_of_peak", 100 * *share, "%"});
  if (measured.joules_a_step) figures.push_back({"joules_a_step", *measured.joules_a_step, "J"});
  if (measured.solution && measured.solution->reached)
    figures.push_back({"time_to_solution", measured.solution->seconds, "s"});
  return figures;
}

std::string layout_text(const StudyLayout& layout) {
  return grid_text({layout.replicas(), layout.depth, layout.height, layout.width},
                   static_cast<int>(layout.extents.size()));
}

const char* input_text(StudyInput input) {
  switch (input) {
    case StudyInput::DataSet:
      return "the data set";
    case StudyInput::Cycled:
      return "the data set, gone through again as it has fewer samples than were timed";
    case StudyInput::Synthetic:
      return "synthetic: nothing was read";
  }
  return "";
}

std::string to_string(const Study& study, const StudyPoint& point) {
  const StudyMeasurement& measured = *point.measurement;
  const MinMedianMax steps = min_median_max(measured.step_seconds);
  const double memory = static_cast<double>(std::ranges::max(measured.peak_memory_bytes));
  std::string text = fmt::format(
      "{}; batch {}, {}, {} thread{} a rank; {} repeat{} of {} step{} after a warm-up; times in ms\n",
      layout_text(point.layout), point.layout.global_batch, study.element, point.layout.threads,
      point.layout.threads == 1 ? "" : "s", study.repeats, study.repeats == 1 ? "" : "s", study.steps,
      study.steps == 1 ? "" : "s");
  text += fmt::format("input: {}\n", input_text(measured.input));
  text += fmt::format("{:<34} {:>9} {:>9} {:>9}\n", "", "min", "median", "max");
  text += fmt::format("{:<34} {:>9.3f} {:>9.3f} {:>9.3f}\n", "a step of the slowest rank, by repeat",
                      1e3 * steps.min, 1e3 * steps.median, 1e3 * steps.max);
  text += row_of_ranks("a step, by rank", measured, &RankSeconds::step);
  text += row_of_ranks("  compute", measured, &RankSeconds::compute);
  text += row_of_ranks("  exposed exchange", measured, &RankSeconds::exposed_exchange);
  text += row_of_ranks("  exposed sum of gradients", measured, &RankSeconds::exposed_reduction);
  text += row_of_ranks("  exposed input", measured, &RankSeconds::exposed_input);
  text += row_of_ranks("  the rest", measured, &RankSeconds::rest);
  text += row_of_ranks("CPU time of compute, all threads", measured, &RankSeconds::compute_cpu);
  text += fmt::format("{:.2f} samples/s, {:.2f} Gflop/s; peak memory of a rank {:.3f} GB\n",
                      samples_per_second(point), sustained_flop_per_second(point) / 1e9, memory / 1e9);
  return text;
}

}  // namespace tessera
