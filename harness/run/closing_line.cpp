#include "harness/run/closing_line.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/run/run_directory.hpp"

namespace tessera {

std::string closing_line(const nlohmann::json& run, const std::string& directory) {
  const std::size_t epochs = run.at("epochs").size();
  const std::string after = fmt::format("after {} epoch{}", epochs, epochs == 1 ? "" : "s");
  std::string what = "ended before its target was reached, " + after;
  if (run.at("end") == name_of(RunEnd::TargetReached)) {
    const nlohmann::json& metric = run.at("metric");
    what = fmt::format("target reached: {} {:.4f} (target {:.4g}) {}", metric.at("name").get<std::string>(),
                       metric.at("value").get<double>(), metric.at("target").get<double>(), after);
  }
  if (run.contains("failure")) what = "aborted: " + run.at("failure").get<std::string>();
  return fmt::format("{}, {:.1f} s, {:.4g} samples/s; see {}", what,
                     run.at("seconds").at("run").get<double>(), run.at("samples_per_second").get<double>(),
                     directory);
}

std::string closing_line(const std::filesystem::path& directory) {
  try {
    std::ifstream file(directory / kRunJsonName);
    return closing_line(nlohmann::json::parse(file), directory.string());
  } catch (const nlohmann::json::exception&) {
    return fmt::format("{}; see {}", name_of(state_of_run(directory)), directory.string());
  }
}

}  // namespace tessera
