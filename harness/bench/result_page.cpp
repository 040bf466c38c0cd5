#include "harness/bench/result_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "harness/bench/point_report.hpp"
#include "harness/process/statistics.hpp"
#include "models/base/element.hpp"
#include "results/study/point_rates.hpp"

namespace tessera {
namespace {

std::string rule_of_page() {
  return std::string(80, '-') + "\n";
}

std::string line_of_page(const char* name, const std::string& text) {
  return fmt::format("{:<18} {}\n", name, text);
}

std::string figure_line(const char* name, double value, const char* unit, const std::string& how) {
  return fmt::format("{:<18} {:>14.6g} {:<9} {}\n", name, value, unit, how);
}

std::string description_of(const Study& study, const StudyPoint& point) {
  const StudyLayout& layout = point.layout;
  const StudyMeasurement& measured = *point.measurement;
  std::string text;
  text += line_of_page("benchmark", fmt::format("{}, samples of {}, {}", study.benchmark,
                                                fmt::join(layout.extents, "x"), study.element));
  text += line_of_page("system", study.system);
  text += line_of_page("processor", study.processor);
  text += line_of_page("MPI", study.mpi);
  text += line_of_page("kernels", study.library);
  text += line_of_page(
      "layout", fmt::format("{}; {} thread{} a rank, {} node{}", layout_text(layout), layout.threads,
                            layout.threads == 1 ? "" : "s", measured.nodes, measured.nodes == 1 ? "" : "s"));
  text += line_of_page("global batch", std::to_string(layout.global_batch));
  text += line_of_page("input", input_text(measured.input));
  return text +
         line_of_page("timed", study.steps == 0
                                   ? "a run to the target, its training steps"
                                   : fmt::format("{} repeats of {} step{} after a warm-up", study.repeats,
                                                 study.steps, study.steps == 1 ? "" : "s"));
}

std::string figures_of_page(const Study& study, const StudyPoint& point) {
  const StudyMeasurement& measured = *point.measurement;
  const MinMedianMax steps = min_median_max(measured.step_seconds);
  std::string text;
  text += figure_line("sustained", sustained_flop_per_second(point) / 1e9, "Gflop/s",
                      "flop of the model, by whatever algorithm, over the whole step");
  if (const auto share = share_of_peak(study, point)) {
    const double threads = static_cast<double>(point.layout.ranks) * point.layout.threads;
    text += figure_line("share of the peak", 100 * *share, "%",
                        fmt::format("of {:.6g} Gflop/s, {}", *study.peak_flop_a_core * threads / 1e9,
                                    study.peak_source == kMeasuredPeak
                                        ? "measured: a matrix product of oneDNN, on all threads at once"
                                        : "by the " + study.peak_source));
    if (*share > 1)
      text += fmt::format("{:44}more than the peak: flop are counted as direct convolutions need them\n", "");
  } else {
    text += line_of_page("share of the peak", "unknown: nothing tells the peak");
  }
  text += figure_line("throughput", samples_per_second(point), "samples/s", "");
  text += figure_line(
      "step", 1e3 * steps.median, "ms",
      fmt::format("median of the slowest rank; {:.6g} to {:.6g}", 1e3 * steps.min, 1e3 * steps.max));
  if (measured.joules_a_step) text += figure_line("energy", *measured.joules_a_step, "J", "a step");
  if (measured.solution && measured.solution->reached)
    text += figure_line("time to solution", measured.solution->seconds, "s",
                        fmt::format("to the target, after {:g} epochs", measured.solution->epochs));
  if (measured.solution && !measured.solution->reached)
    text += line_of_page("time to solution", "none: the target wasn't reached");
  return text;
}

std::string verification_of_page(const std::optional<StudyVerification>& verification,
                                 const std::string& element) {
  if (!verification) return line_of_page("verification", "none was asked for (--verify)");
  return fmt::format(
      "verification       a step on one sample a replica, against plain loops in double precision, "
      "unsplit{}\n"
      "|loss - loss'| / (|loss'| eps layers)                      = {:>12.6g}\n"
      "max over tensors ||g - g'|| / (||g'|| sqrt(eps layers))    = {:>12.6g} ...... {}\n",
      element == name_of(Element::BF16) ? ";\n                   gradients of the step in float32" : "",
      verification->loss_residual, verification->gradient_residual,
      verification->passed() ? fmt::format("PASSED (below {:g})", verification->bound)
                             : fmt::format("FAILED (not below {:g})", verification->bound));
}

}  // namespace

std::string result_page(const Study& study, const StudyPoint& point) {
  const auto& verification = point.measurement->verification;
  const bool failed = verification && !verification->passed();
  return rule_of_page() + fmt::format("Tessera {}, MLPerf-style; no MLPerf result\n", study.version) +
         rule_of_page() + description_of(study, point) + rule_of_page() +
         (failed ? "no figures: a step of this layout isn't the reference's\n"
                 : figures_of_page(study, point)) +
         rule_of_page() + verification_of_page(verification, study.element) + rule_of_page();
}

}  // namespace tessera
