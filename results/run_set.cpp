#include "results/run_set.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "models/error.hpp"
#include "results/log_files.hpp"
#include "results/number_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What the path of a published result directory says: <org>/results/<system>[/strong|/weak]/<benchmark>.
struct Layout {
  fs::path organisation;  // directory
  std::string system, benchmark;
};

std::optional<Layout> layout_of(const fs::path& directory) {
  const bool has_mode =
      directory.parent_path().filename() == "strong" || directory.parent_path().filename() == "weak";
  const fs::path system = has_mode ? directory.parent_path().parent_path() : directory.parent_path();
  const fs::path results = system.parent_path();
  if (results.filename() != "results" || !results.has_parent_path()) return std::nullopt;
  return Layout{results.parent_path(), system.filename().string(), directory.filename().string()};
}

/// The object of a JSON file; nothing where there is no file that holds one.
std::optional<json> read_object(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  json object = json::parse(in, nullptr, false);
  return object.is_object() ? std::optional(std::move(object)) : std::nullopt;
}

std::optional<double> number_in(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end()) return std::nullopt;
  if (member->is_number()) return member->get<double>();
  return member->is_string() ? number_from_text(member->get_ref<const std::string&>()) : std::nullopt;
}

/// What the system description says, where there is one.
void read_system(RunSet& set, const Layout& layout) {
  const auto system = read_object(layout.organisation / "systems" / (layout.system + ".json"));
  if (!system) return;
  set.described = {number_in(*system, "number_of_nodes"), number_in(*system, "accelerators_per_node")};
  if (const auto division = system->find("division"); division != system->end() && division->is_string()) {
    set.division = *division;
  }
}

void read_scaling(RunSet& set) {
  const fs::path path = set.directory / "scaling.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  const auto scaling = read_object(path);
  const auto factor = scaling ? number_in(*scaling, "scaling_factor") : std::nullopt;
  if (factor && *factor > 0) {
    set.scaling_factor = *factor;
  } else {
    set.scaling_problem = "scaling.json has no scaling_factor > 0";
  }
}

/// The first text that a log gives for a key; empty if none does.
std::string first_text(const std::vector<RunRecord>& runs, LogKey key) {
  for (const RunRecord& run : runs) {
    if (auto text = run.text(key)) return *text;
  }
  return {};
}

/// Logs by the directory of the set they belong to.
using Sets = std::map<fs::path, std::vector<fs::path>, PathOrder>;

Sets group(const fs::path& root) {
  Sets sets;
  for (auto& [directory, files] : logs_below(root)) {
    const fs::path below = directory.lexically_relative(root);
    if (std::find(below.begin(), below.end(), "pruned_results") != below.end()) continue;
    const bool ours = files.size() == 1 && files[0].filename() == "result.txt" && directory != root;
    auto& set = sets[ours ? directory.parent_path() : directory];
    set.insert(set.end(), files.begin(), files.end());
  }
  return sets;
}

bool is_below_weak(const fs::path& directory) {
  return std::find(directory.begin(), directory.end(), "weak") != directory.end();
}

RunSet read_set(const fs::path& root, const fs::path& directory, const std::vector<fs::path>& files) {
  RunSet set;
  set.directory = directory;
  set.name = directory.lexically_relative(root).generic_string();
  for (const fs::path& file : files) set.runs.push_back(read_found_log(file));
  const fs::path place = fs::absolute(directory).lexically_normal();
  const auto layout = layout_of(place);
  set.organisation =
      layout ? layout->organisation.filename().string() : first_text(set.runs, LogKey::SubmissionOrg);
  set.system = layout ? layout->system : first_text(set.runs, LogKey::SubmissionPlatform);
  set.benchmark = first_text(set.runs, LogKey::SubmissionBenchmark);
  if (set.benchmark.empty() && layout) set.benchmark = layout->benchmark;
  set.division = first_text(set.runs, LogKey::SubmissionDivision);
  if (is_below_weak(place)) set.mode = ScalingMode::Weak;
  if (layout) read_system(set, *layout);
  read_scaling(set);
  return set;
}

}  // namespace

std::string_view name_of(ScalingMode mode) {
  return mode == ScalingMode::Strong ? "strong" : "weak";
}

std::optional<double> SystemSize::units() const {
  if (!nodes) return std::nullopt;
  return *nodes * std::max(accelerators_per_node.value_or(0), 1.0);
}

std::vector<RunSet> read_run_sets(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    throw InputError("there is no such directory", path.string(),
                     "give a directory of result logs, or one that holds such directories");
  }
  const fs::path root = path.has_filename() ? path : path.parent_path();  // without a slash at its end
  std::vector<RunSet> sets;
  for (const auto& [directory, files] : group(root)) sets.push_back(read_set(root, directory, files));
  if (sets.empty()) {
    throw InputError("this directory holds no result log", path.string(),
                     "logs are the files named result_<i>.txt or result.txt in it or below it");
  }
  return sets;
}

}  // namespace tessera
