#include "harness/study/point_result.hpp"

#include <nlohmann/json.hpp>

#include "harness/config/resized_samples.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/study/study_run.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::optional<json> json_in(const fs::path& file) {
  if (!fs::exists(file)) return std::nullopt;
  json content = json::parse(read_whole_file(file), nullptr, false);
  if (content.is_discarded())
    throw InputError("what came of a point is no JSON, or cut short", file.string(),
                     "remove it, and call the study again");
  return content;
}

StudyMeasurement measurement_in(const json& report) {
  StudyMeasurement measured;
  double slowest = 0;
  for (const json& rank : report.at("ranks_a_step")) {
    measured.ranks.push_back({.step = rank.at("step"),
                              .compute = rank.at("compute"),
                              .exposed_exchange = rank.at("exposed_exchange"),
                              .exposed_reduction = rank.at("exposed_reduction"),
                              .exposed_input = rank.at("exposed_input")});
    measured.peak_memory_bytes.push_back(rank.at("peak_memory_bytes"));
    slowest = std::max(slowest, measured.ranks.back().step);
  }
  measured.step_seconds = {slowest};
  measured.nodes = report.at("nodes");
  measured.training_flop_a_sample = report.at("training_flop_a_sample");
  const double steps = report.at("steps");
  // Of a run that went on the last part alone was metered.
  if (report.contains("energy") && steps > 0 && report.at("interruptions") == 0)
    measured.joules_a_step = report.at("energy").at("joules").get<double>() / steps;
  measured.solution = {.seconds = report.at("seconds").at("run"),
                       .epochs = static_cast<double>(report.at("epochs").size()),
                       .reached = report.at("status") == "success"};
  return measured;
}

}  // namespace

std::optional<Study> timed_result(const fs::path& directory) {
  const fs::path file = directory / kPointName;
  const std::optional<json> content = json_in(file);
  if (!content) return std::nullopt;
  Study study = study_of_json(*content, file.string());
  if (study.points.size() != 1 || !study.points.front().measurement)
    throw InputError("not the record of one point", file.string(), "remove it, and call the study again");
  return study;
}

std::optional<Study> trained_result(const fs::path& directory) {
  if (!is_finished(state_of_run(directory))) return std::nullopt;
  const fs::path file = directory / kRunJsonName;
  const std::optional<json> content = json_in(file);
  if (!content) return std::nullopt;
  try {
    return study_of_run(*content);
  } catch (const json::exception& e) {
    throw InputError(std::string("not the report of a run of this version: ") + e.what(), file.string(),
                     "remove the directory of this point, and call the study again");
  }
}

Study study_of_run(const json& report) {
  Study study;
  const json& configuration = report.at("configuration");
  const json& versions = report.at("versions");
  study.benchmark = report.at("benchmark");
  study.element = configuration.at("compute").at("element");
  study.system = configuration.at("mlperf").at("platform");
  study.processor = report.at("system").at("processor").at("model");
  study.mpi = versions.at("mpi");
  study.library = "oneDNN " + versions.at("onednn").get<std::string>();
  study.version = versions.at("tessera");
  StudyPoint point;
  const json& split = report.at("split");
  point.layout = {.ranks = report.at("ranks"),
                  .threads = report.at("threads").at("a_rank"),
                  .depth = split.at("depth"),
                  .height = split.at("height"),
                  .width = split.at("width"),
                  .global_batch = report.at("batch").at("global"),
                  .extents = sample_extents(configuration)};
  point.measurement = measurement_in(report);
  study.points.push_back(std::move(point));
  return study;
}

}  // namespace tessera
