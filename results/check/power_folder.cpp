#include "results/check/power_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include "results/check/log_files.hpp"
#include "results/check/on_threads.hpp"
#include "results/log/log_value.hpp"
#include "results/log/number_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

fs::path power_beside(const fs::path& log) {
  return log.parent_path() / "power";
}

/// Of "node_12.txt" with the prefix "node": 12; nothing of names that differ.
std::optional<double> number_in_name(std::string_view name, std::string_view prefix) {
  name.remove_prefix(prefix.size());
  if (!name.starts_with('_') || !name.ends_with(".txt")) return std::nullopt;
  name = name.substr(1, name.size() - 5);
  if (name.empty() || name.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return number_from_text(std::string(name));
}

/// The power logs of one run by kind, in the order of their numbers.
struct PowerFiles {
  std::vector<fs::path> nodes, switches, others;
};

PowerFiles files_in(const fs::path& folder) {
  PowerFiles files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    (name.starts_with("node") ? files.nodes
     : name.starts_with("sw") ? files.switches
                              : files.others)
        .push_back(entry->path());
  }
  for (auto* list : {&files.nodes, &files.switches, &files.others}) std::ranges::sort(*list, comes_before);
  return files;
}

void check_names(const std::vector<fs::path>& files, std::string_view prefix, const fs::path& folder,
                 Verdict& verdict) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string name = files[i].filename().string();
    if (number_in_name(name, prefix) == static_cast<double>(i)) continue;
    verdict.findings.push_back({"bad-power-name",
                                folder.string(),
                                "",
                                {},
                                fmt::format("{}_0.txt to {}_{}.txt", prefix, prefix, files.size() - 1),
                                name});
    return;
  }
}

void add_covers(RunPower& power, const PowerLog& log) {
  if (power.covers.empty()) power.covers = log.covers;
}

void read_nodes(const std::vector<fs::path>& files, const MeasuredRun& run, RunPower& power) {
  const double seconds = run.seconds().value_or(0);
  double joules = 0;
  for (const fs::path& file : files) {
    const PowerLog log = read_power_log(file);
    check_node_power(log, run, power.verdict);
    add_covers(power, log);
    const auto of_node = node_joules(log, seconds);
    if (!of_node && power.why_none.empty())
      power.why_none = fmt::format("{} has no measurement", file.filename().string());
    joules += of_node.value_or(0);
  }
  power.joules = joules;
}

void read_switches(const std::vector<fs::path>& files, double seconds, RunPower& power) {
  for (const fs::path& file : files) {
    const PowerLog log = read_power_log(file);
    check_switch_power(log, power.verdict);
    *power.joules += switch_joules(log, seconds);
  }
}

RunPower power_of_run(const MeasuredRun& run) {
  RunPower power;
  const fs::path folder = power_beside(run.log) / run.log.stem();
  const auto fail = [&](const char* rule, const char* expected, const char* why) {
    power.verdict.findings.push_back({rule, folder.string(), "", {}, expected, "none"});
    power.why_none = why;
  };
  if (!is_folder(folder)) {
    fail("no-power-folder", "a directory of this run's power logs", "it has no power logs");
    return power;
  }
  const PowerFiles files = files_in(folder);
  power.nodes = files.nodes.size();
  power.switches = files.switches.size();
  check_names(files.nodes, "node", folder, power.verdict);
  check_names(files.switches, "sw", folder, power.verdict);
  if (!run.seconds()) power.why_none = "the run has no times";
  read_nodes(files.nodes, run, power);
  read_switches(files.switches, run.seconds().value_or(0), power);
  if (files.nodes.empty())
    fail("no-node-power", "a log node_<k>.txt for each node", "none of its nodes was measured");
  for (const fs::path& other : files.others)
    power.verdict.warnings.push_back(
        {"unknown-power-file", other.string(), "", {}, "node_<k>.txt or sw_<m>.txt", "another name"});
  if (!power.why_none.empty()) power.joules.reset();
  return power;
}

/// The number that most runs have which have power logs; of equally many the first.
std::size_t usual(const std::vector<RunPower>& runs, std::size_t RunPower::*count) {
  std::map<std::size_t, std::size_t> occurrences;
  for (const RunPower& run : runs)
    if (run.nodes + run.switches > 0) ++occurrences[run.*count];
  std::size_t most = 0, of = 0;
  for (const RunPower& run : runs)
    if (const auto found = occurrences.find(run.*count); found != occurrences.end() && found->second > of)
      most = found->first, of = found->second;
  return most;
}

void check_counts(std::vector<RunPower>& powers, std::span<const MeasuredRun> runs,
                  std::size_t RunPower::*count, const char* what) {
  const std::size_t expected = usual(powers, count);
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (powers[i].nodes + powers[i].switches > 0 && powers[i].*count != expected)
      powers[i].verdict.findings.push_back({"power-count",
                                            (power_beside(runs[i].log) / runs[i].log.stem()).string(),
                                            "",
                                            {},
                                            fmt::format("{} {}, as in most of the runs", expected, what),
                                            std::to_string(powers[i].*count)});
}

}  // namespace

std::vector<RunPower> power_of_runs(std::span<const MeasuredRun> runs) {
  if (std::ranges::none_of(runs, [](const MeasuredRun& run) { return is_folder(power_beside(run.log)); }))
    return {};
  std::vector<RunPower> powers(runs.size());
  on_threads(runs.size(), [&](std::size_t i) { powers[i] = power_of_run(runs[i]); });
  check_counts(powers, runs, &RunPower::nodes, "nodes");
  check_counts(powers, runs, &RunPower::switches, "switches");
  return powers;
}

std::string joules_text(double joules) {
  constexpr std::array kUnits{"J", "kJ", "MJ", "GJ"};
  std::size_t unit = 0;
  for (; unit + 1 < kUnits.size() && std::abs(joules) >= 1000; ++unit) joules /= 1000;
  return fmt::format("{:.5g} {}", joules, kUnits[unit]);
}

std::string describe(const RunPower& power) {
  if (!power.joules) return "no energy: " + power.why_none;
  return fmt::format("{} on {} node{}{}", joules_text(*power.joules), power.nodes,
                     power.nodes == 1 ? "" : "s",
                     power.covers.empty() ? "" : ", of " + shortened(power.covers) + " alone");
}

}  // namespace tessera
