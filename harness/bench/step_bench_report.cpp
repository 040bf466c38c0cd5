#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "harness/bench/step_bench.hpp"
#include "harness/plan/grid_report.hpp"

namespace tessera {
namespace {

std::string call_text(const BenchedCall& c) {
  const bool convolves = c.ceiling_seconds > 0;
  const std::string ceiling = convolves ? fmt::format("{:.3f}", 1e3 * c.ceiling_seconds) : "";
  const std::string ratio = convolves ? fmt::format("{:.2f}", c.seconds / c.ceiling_seconds) : "";
  const std::string other = convolves && c.ceiling_implementation != c.implementation
                                ? fmt::format(" ({})", c.ceiling_implementation)
                                : "";
  return fmt::format("{:<13} {:<20} {:>9.3f} {:>9} {:>7} {:>8.1f} {:>8.1f}  {}{}\n", c.node, c.call,
                     1e3 * c.seconds, ceiling, ratio, c.flop / c.seconds / 1e9, c.bytes / c.seconds / 1e9,
                     c.implementation, other);
}

std::string spread_text(const char* name, const MinMedianMax& seconds) {
  return fmt::format("{:<34} {:>9.3f} {:>9.3f} {:>9.3f}\n", name, 1e3 * seconds.min, 1e3 * seconds.median,
                     1e3 * seconds.max);
}

}  // namespace

nlohmann::json to_json(const StepBench& bench) {
  nlohmann::json calls = nlohmann::json::array();
  for (const BenchedCall& c : bench.calls) {
    calls.push_back({{"node", c.node},
                     {"call", c.call},
                     {"seconds", c.seconds},
                     {"flop", c.flop},
                     {"bytes", c.bytes},
                     {"implementation", c.implementation}});
    if (c.ceiling_seconds > 0) {
      calls.back()["ceiling_seconds"] = c.ceiling_seconds;
      calls.back()["ceiling_implementation"] = c.ceiling_implementation;
    }
  }
  nlohmann::json generic = nlohmann::json::array();
  for (const GenericCall& c : bench.generic_calls)
    generic.push_back({{"node", c.node}, {"call", name_of(c.call)}, {"implementation", c.implementation}});
  nlohmann::json all = {{"batch", bench.batch},
                        {"passes", bench.passes},
                        {"repeats", bench.repeats},
                        {"threads", bench.threads},
                        {"compute", bench.simulated.empty() ? "real" : "simulated"},
                        {"element", name_of(bench.element)},
                        {"calls", calls},
                        {"generic_calls", generic},
                        {"loss_seconds", bench.loss_seconds},
                        {"update_seconds", bench.update_seconds},
                        {"step_seconds", bench.step()},
                        {"seconds",
                         {{"step", to_json(bench.step_seconds)},
                          {"compute", to_json(bench.compute_seconds)},
                          {"exposed_exchange", to_json(bench.exposed_exchange_seconds)},
                          {"exposed_reduction", to_json(bench.exposed_reduction_seconds)}}},
                        {"compute_cpu_seconds", bench.compute_cpu_seconds},
                        {"peak_bytes", static_cast<std::size_t>(bench.peak_bytes.max)}};
  add_grid(all, bench.grid);
  if (!bench.simulated.empty()) all["machine"] = bench.simulated;
  if (bench.ceiling_seconds > 0) {
    all["ceiling_seconds"] = bench.ceiling_seconds;
    all["step_over_ceiling"] = bench.step() / bench.ceiling_seconds;
  }
  return all;
}

std::string to_string(const StepBench& bench) {
  std::string text =
      fmt::format("{}; batch {} a replica{}, {}, {} thread{} a rank, medians of {} rounds; times in ms\n",
                  grid_text(bench.grid, bench.axes), bench.batch,
                  bench.passes == 1 ? "" : fmt::format(" in each of {} passes", bench.passes),
                  name_of(bench.element), bench.threads, bench.threads == 1 ? "" : "s", bench.repeats);
  if (!bench.simulated.empty())
    text += fmt::format("computing is simulated: real messages, and waits as {} would compute\n",
                        bench.simulated);
  else
    text += fmt::format("{:<13} {:<20} {:>9} {:>9} {:>7} {:>8} {:>8}  {}\n", "node", "call on rank 0", "time",
                        "ceiling", "ratio", "GFLOP/s", "GB/s", "implementation (ceiling's, where another)");
  double rest = 0;
  for (const BenchedCall& c : bench.calls) {
    text += call_text(c);
    rest += c.ceiling_seconds > 0 ? 0 : c.seconds;
  }
  text += fmt::format("loss {:.3f}, update {:.3f}, calls without a ceiling {:.3f}\n",
                      1e3 * bench.loss_seconds, 1e3 * bench.update_seconds, 1e3 * rest);
  if (!bench.generic_calls.empty()) text += summary_of(texts_of(bench.generic_calls)) + "\n";
  text += fmt::format("\n{:<34} {:>9} {:>9} {:>9}\n", "a rank, a step", "min", "median", "max");
  text += spread_text("step", bench.step_seconds);
  text += spread_text("  compute", bench.compute_seconds);
  text += spread_text("  exposed exchange", bench.exposed_exchange_seconds);
  text += spread_text("  exposed sum of gradients", bench.exposed_reduction_seconds);
  text +=
      fmt::format("CPU time of compute, all threads of all ranks: {:.3f}\n", 1e3 * bench.compute_cpu_seconds);
  if (bench.ceiling_seconds > 0)
    text +=
        fmt::format("step of the slowest rank {:.3f} = {:.3f} x the sum of rank 0's ceilings, {:.3f}\n",
                    1e3 * bench.step(), bench.step() / bench.ceiling_seconds, 1e3 * bench.ceiling_seconds);
  return text + fmt::format("peak memory of a rank {:.3f} GB\n", bench.peak_bytes.max / 1e9);
}

}  // namespace tessera
