#include "results/compare/comparison_input.hpp"

#include <optional>
#include <set>
#include <utility>

#include "models/base/error.hpp"
#include "results/log/json_file.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The run.json beside the first log that has one; null if none has.
json run_report_of(const RunSet& set) {
  for (const RunRecord& run : set.runs) {
    const fs::path path = fs::path(run.file).replace_filename("run.json");
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) continue;
    std::optional<json> report = read_json_object(path);
    if (!report) {
      throw InputError("this file holds no JSON object", path.string(),
                       "restore what the run wrote, or move the file away: the log alone will do");
    }
    return std::move(*report);
  }
  return nullptr;
}

SystemFields logged_system(const RunSet& set) {
  json description = json::object();
  for (const LogKey key : {LogKey::NumberOfNodes, LogKey::AcceleratorsPerNode}) {
    for (const RunRecord& run : set.runs) {
      if (const auto number = run.number(key)) description.emplace(name_of(key), *number);
    }
  }
  return described_system(description);
}

SystemFields system_of(const RunSet& set) {
  if (set.description.is_object()) return described_system(set.description);
  const json report = run_report_of(set);
  return report.is_object() ? recorded_system(report) : logged_system(set);
}

}  // namespace

std::vector<ComparedSet> read_compared_sets(std::span<const fs::path> paths, Round round) {
  std::vector<ComparedSet> sets;
  std::set<fs::path> seen;
  for (const fs::path& path : paths) {
    for (RunSet& set : read_run_sets(path)) {
      if (!seen.insert(fs::weakly_canonical(set.directory)).second) continue;
      Score scored = score(set, round);
      SystemFields system = system_of(set);
      sets.push_back({std::move(set), std::move(scored), std::move(system)});
    }
  }
  warn_of_lone_throughputs(sets);
  return sets;
}

}  // namespace tessera
