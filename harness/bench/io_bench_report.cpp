#include <fmt/format.h>

#include "harness/bench/io_bench.hpp"
#include "harness/plan/grid_report.hpp"

namespace tessera {
namespace {

double gigabytes_a_second(std::size_t bytes, const MinMedianMax& seconds) {
  return seconds.max > 0 ? static_cast<double>(bytes) / 1e9 / seconds.max : 0;
}

}  // namespace

nlohmann::json to_json(const IoBench& bench) {
  nlohmann::json flows = nlohmann::json::array();
  for (const BenchedFlow& flow : bench.flows)
    flows.push_back({{"name", flow.name},
                     {"bytes", flow.bytes},
                     {"seconds", to_json(flow.seconds)},
                     {"ceiling", flow.ceiling},
                     {"ceiling_seconds", to_json(flow.ceiling_seconds)}});
  nlohmann::json all = {{"samples", bench.samples},
                        {"batch", bench.batch},
                        {"repeats", bench.repeats},
                        {"element", name_of(bench.element)},
                        {"flows", flows}};
  add_grid(all, bench.grid);
  return all;
}

std::string to_string(const IoBench& bench) {
  std::string text = fmt::format(
      "{}; {} samples a replica, in batches of {}, as {}; medians of {} rounds on the slowest rank\n"
      "{:<17} {:>9} {:>9} {:>7}   {:<7} {:>7} {:>6}\n",
      grid_text(bench.grid, bench.axes), bench.samples, bench.batch, name_of(bench.element), bench.repeats,
      "", "MB", "ms", "GB/s", "ceiling", "GB/s", "ratio");
  for (const BenchedFlow& flow : bench.flows)
    text += fmt::format("{:<17} {:>9.3f} {:>9.3f} {:>7.2f}   {:<7} {:>7.2f} {:>6.2f}\n", flow.name,
                        static_cast<double>(flow.bytes) / 1e6, 1e3 * flow.seconds.max,
                        gigabytes_a_second(flow.bytes, flow.seconds), flow.ceiling,
                        gigabytes_a_second(flow.bytes, flow.ceiling_seconds),
                        flow.ceiling_seconds.max / flow.seconds.max);
  return text;
}

}  // namespace tessera
