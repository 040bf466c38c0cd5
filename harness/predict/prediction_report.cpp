#include "harness/predict/prediction_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/plan/grid_report.hpp"
#include "harness/plan/split.hpp"

namespace tessera {
namespace {

nlohmann::json layout_json(const Prediction& p) {
  nlohmann::json layout = {
      {"nodes", p.nodes},
      {"batch", {{"global", p.batch.global}, {"replica", p.batch.replica}, {"passes", p.batch.passes}}},
      {"step_seconds", p.seconds.step()},
      {"seconds",
       {{"computing", p.seconds.computing},
        {"exchanging", p.seconds.exchanging},
        {"reducing", p.seconds.reducing},
        {"skew", p.seconds.skew},
        {"input", p.seconds.input}}},
      {"ideal_seconds", p.ideal_seconds},
      {"samples_per_second", p.samples_per_second()},
      {"efficiency", p.efficiency},
      {"flop_per_second", p.flop / p.seconds.step()},
      {"memory_bytes", p.memory_bytes},
      {"memory_limit_bytes", p.memory_limit},
      {"all_reduce", p.all_reduce},
      {"input",
       {{"node_bytes", p.input.node_bytes},
        {"cache_bytes", p.input.cache_bytes},
        {"share_read", p.input.share_read},
        {"read_seconds", p.input.read_seconds}}},
      {"unknown", p.unknown}};
  add_grid(layout, p.grid);
  return layout;
}

std::string line_of(const Prediction& p) {
  return fmt::format("{:<10} {:>8} {:>6} {:>8} {:>11.3f} {:>12.1f} {:>9.1f} % {:>10.3f}\n",
                     split_text(p.grid, p.axes), p.grid.replicas, p.batch.replica, p.batch.global,
                     1e3 * p.seconds.step(), p.samples_per_second(), 1e2 * p.efficiency,
                     static_cast<double>(p.memory_bytes) / 1e9);
}

std::string part_of_step(const char* name, double seconds, double step) {
  return fmt::format("  {:<32} {:>10.3f} ms {:>6.1f} %\n", name, 1e3 * seconds, 1e2 * seconds / step);
}

std::string input_text(const PredictedInput& input) {
  return fmt::format(
      "input: {:.3f} GB of samples for a node, {:.3f} GB of memory for them; {:.1f} % of a step's are "
      "read, in {:.3f} ms\n",
      input.node_bytes / 1e9, input.cache_bytes / 1e9, 1e2 * input.share_read, 1e3 * input.read_seconds);
}

std::string in_full(const Prediction& p) {
  const double step = p.seconds.step();
  std::string text =
      fmt::format("{} on {} node{}; batch {} a replica, {} of all\n\n", grid_text(p.grid, p.axes), p.nodes,
                  p.nodes == 1 ? "" : "s", p.batch.replica, p.batch.global);
  text += fmt::format(
      "a step                             {:>10.3f} ms          {:.1f} samples/s, {:.3f} Tflop/s\n",
      1e3 * step, p.samples_per_second(), p.flop / step / 1e12);
  text += part_of_step("computing", p.seconds.computing, step);
  text += part_of_step("exchanging parts of samples", p.seconds.exchanging, step);
  text += part_of_step("waiting for sums of gradients", p.seconds.reducing, step);
  text += part_of_step("the slowest of all ranks", p.seconds.skew, step);
  text += part_of_step("reading samples", p.seconds.input, step);
  text += fmt::format("on a network that takes no time    {:>10.3f} ms\n", 1e3 * p.ideal_seconds);
  text += fmt::format("efficiency against one rank alone  {:>10.1f} %\n", 1e2 * p.efficiency);
  text += fmt::format("memory of a rank                   {:>10.3f} GB of {:.3f}{}\n",
                      static_cast<double>(p.memory_bytes) / 1e9, static_cast<double>(p.memory_limit) / 1e9,
                      p.fits() ? "" : ": TOO MUCH");
  return text + fmt::format("sums of gradients: {}\n", p.all_reduce) + input_text(p.input);
}

}  // namespace

nlohmann::json to_json(const PredictionReport& report) {
  nlohmann::json layouts = nlohmann::json::array();
  for (std::size_t i = 0; i < report.layouts.size(); ++i) {
    layouts.push_back(layout_json(report.layouts[i]));
    if (report.epochs) layouts.back()["solution_seconds"] = report.solution_seconds[i];
  }
  nlohmann::json all = {
      {"machine", report.machine}, {"configuration", report.configuration}, {"layouts", layouts}};
  if (!report.framework.empty()) all["framework"] = report.framework;
  if (report.epochs) all["epochs"] = *report.epochs;
  return all;
}

std::string to_string(const PredictionReport& report) {
  const Prediction& first = report.layouts.front();
  std::string text = fmt::format("{} on {}{}: ", report.configuration, report.machine,
                                 report.framework.empty() ? "" : " with " + report.framework);
  text += in_full(first);
  if (report.epochs)
    text += fmt::format("{:g} epochs, with evaluations         {:>10.1f} s\n", *report.epochs,
                        report.solution_seconds.front());
  for (const std::string& unknown : first.unknown) text += "not known: " + unknown + "\n";
  if (report.layouts.size() == 1) return text;
  text += fmt::format("\n{:<10} {:>8} {:>6} {:>8} {:>11} {:>12} {:>11} {:>10}\n", "split", "replicas",
                      "batch", "global", "step, ms", "samples/s", "efficiency", "memory, GB");
  for (const Prediction& layout : report.layouts) text += line_of(layout);
  return text;
}

}  // namespace tessera
