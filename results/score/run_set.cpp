#include "results/score/run_set.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "models/base/error.hpp"
#include "results/check/log_files.hpp"
#include "results/check/on_threads.hpp"
#include "results/log/json_file.hpp"
#include "results/log/number_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What the path of a published result directory says: <org>/results/<system>[/strong|/weak]/<benchmark>.
struct Layout {
  fs::path organisation;  // directory
  std::string system, benchmark;
  ScalingMode mode = ScalingMode::Strong;
};

std::optional<Layout> layout_of(const fs::path& directory) {
  const fs::path above = directory.parent_path().filename();
  const bool has_mode = above == "strong" || above == "weak";
  const fs::path system = has_mode ? directory.parent_path().parent_path() : directory.parent_path();
  const fs::path results = system.parent_path();
  if (results.filename() != "results" || !results.has_parent_path()) return std::nullopt;
  return Layout{results.parent_path(), system.filename().string(), directory.filename().string(),
                above == "weak" ? ScalingMode::Weak : ScalingMode::Strong};
}

/// A finite number, or a text that is one.
std::optional<double> number_in(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end()) return std::nullopt;
  std::optional<double> number;
  if (member->is_number()) number = member->get<double>();
  if (member->is_string()) number = number_from_text(member->get_ref<const std::string&>());
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// What the system description says, where there is one.
void read_system(RunSet& set, const Layout& layout) {
  const auto system = read_json_object(layout.organisation / "systems" / (layout.system + ".json"));
  if (!system) return;
  set.described = system_size(*system);
  set.description = *system;
  if (const auto division = system->find("division"); division != system->end() && division->is_string()) {
    set.division = *division;
  }
}

void read_scaling(RunSet& set) {
  const fs::path path = set.directory / "scaling.json";
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return;
  if (const auto factor = read_scaling_factor(path)) {
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

bool is_numbered(const fs::path& log) {
  return is_numbered_log_name(log.filename().string());
}

/// A result.txt beside numbered logs is a copy, a note, a rest: no run.
Sets group(const fs::path& root) {
  Sets sets;
  for (auto& [directory, files] : logs_below(root)) {
    const fs::path below = directory.lexically_relative(root);
    if (std::find(below.begin(), below.end(), "pruned_results") != below.end()) continue;
    if (std::any_of(files.begin(), files.end(), is_numbered))
      files.erase(std::remove_if(files.begin(), files.end(), std::not_fn(is_numbered)), files.end());
    const bool ours = files.size() == 1 && files[0].filename() == "result.txt" && directory != root;
    auto& set = sets[ours ? directory.parent_path() : directory];
    set.insert(set.end(), files.begin(), files.end());
  }
  return sets;
}

/// Without a layout: whether a directory from the path asked for on is called weak, or it is that of a
/// campaign of models side by side, DIR/weak/run_<i>.
bool is_weak(const fs::path& root, const fs::path& place, const fs::path& directory) {
  const fs::path below = directory.lexically_relative(root);
  return std::find(below.begin(), below.end(), "weak") != below.end() || place.filename() == "weak" ||
         (place.parent_path().filename() == "weak" && place.filename().string().starts_with("run_"));
}

/// Absolute, without a slash at its end.
fs::path place_of(const fs::path& directory) {
  const fs::path place = fs::absolute(directory).lexically_normal();
  return place.has_filename() ? place : place.parent_path();
}

RunSet read_set(const fs::path& root, const fs::path& directory, const std::vector<fs::path>& files) {
  RunSet set;
  set.directory = directory;
  set.name = directory.lexically_relative(root).generic_string();
  set.runs.resize(files.size());
  on_threads(files.size(), [&](std::size_t i) { set.runs[i] = read_found_log(files[i]); });
  const fs::path place = place_of(directory);
  const auto layout = layout_of(place);
  set.organisation =
      layout ? layout->organisation.filename().string() : first_text(set.runs, LogKey::SubmissionOrg);
  set.system = layout ? layout->system : first_text(set.runs, LogKey::SubmissionPlatform);
  set.benchmark = first_text(set.runs, LogKey::SubmissionBenchmark);
  if (set.benchmark.empty() && layout) set.benchmark = layout->benchmark;
  set.division = first_text(set.runs, LogKey::SubmissionDivision);
  if (layout) {
    set.mode = layout->mode;
  } else if (is_weak(root, place, directory)) {
    set.mode = ScalingMode::Weak;
  }
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

SystemSize system_size(const json& description) {
  return {number_in(description, "number_of_nodes"), number_in(description, "accelerators_per_node")};
}

std::optional<double> read_scaling_factor(const fs::path& file) {
  const auto scaling = read_json_object(file);
  if (!scaling || !scaling->contains("scaling_factor")) return std::nullopt;
  const json& factor = scaling->at("scaling_factor");
  const double value = factor.is_number() ? factor.get<double>() : 0;
  return value > 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
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
