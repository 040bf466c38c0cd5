#include "harness/study/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/config/resized_samples.hpp"
#include "models/base/error.hpp"
#include "results/log/optional_json.hpp"
#include "results/study/layout_text.hpp"

namespace tessera {
namespace {

using nlohmann::json;

json to_json(const SlurmChoices& slurm) {
  return {{"ranks_a_node", slurm.ranks_a_node},
          {"time", slurm.time},
          {"mpi", slurm.mpi},
          {"options", slurm.options}};
}

StudyRun read_run(const json& object) {
  StudyRun run{.config = object.at("config"),
               .overrides = object.at("overrides").get<std::vector<std::string>>(),
               .configuration = object.at("configuration"),
               .steps = object.at("steps"),
               .repeats = object.at("repeats"),
               .to_target = object.at("to_target"),
               .verify = object.at("verify"),
               .energy = object.at("energy"),
               .launcher = object.at("launcher"),
               .time_limit = optional_at<double>(object, "time_limit_seconds")};
  if (const json& slurm = object.at("slurm"); !slurm.is_null())
    run.slurm = {.ranks_a_node = slurm.at("ranks_a_node"),
                 .time = slurm.at("time"),
                 .mpi = slurm.at("mpi"),
                 .options = slurm.at("options").get<std::vector<std::string>>()};
  return run;
}

}  // namespace

std::vector<std::int64_t> StudyRun::extents() const {
  return sample_extents(configuration);
}

json to_json(const StudyRun& run) {
  return {{"config", run.config},
          {"overrides", run.overrides},
          {"configuration", run.configuration},
          {"steps", run.steps},
          {"repeats", run.repeats},
          {"to_target", run.to_target},
          {"verify", run.verify},
          {"energy", run.energy},
          {"launcher", run.launcher},
          {"time_limit_seconds", or_null(run.time_limit)},
          {"slurm", run.slurm ? to_json(*run.slurm) : json()}};
}

StudyRun study_run_of(const json& object, const std::string& where) {
  try {
    return read_run(object);
  } catch (const json::exception& e) {
    throw InputError(fmt::format("not the request of a study: {}", e.what()), where,
                     "name a directory that `tessera study` wrote");
  }
}

std::vector<std::string> differences(const StudyRun& one, const StudyRun& other) {
  const json a = to_json(one), b = to_json(other);
  std::vector<std::string> names;
  for (const char* key : {"configuration", "steps", "repeats", "to_target", "verify"})
    if (a.at(key) != b.at(key)) names.emplace_back(key);
  return names;
}

std::vector<std::string> overrides_of(const StudyRun& run, const StudyLayout& layout) {
  std::vector<std::string> overrides = run.overrides;
  overrides.insert(overrides.end(),
                   {"data.batch_size=null", fmt::format("data.global_batch_size={}", layout.global_batch),
                    fmt::format("compute.threads={}", layout.threads)});
  if (layout.extents != run.extents())
    for (const std::string& override : overrides_for_extents(run.configuration, layout.extents))
      overrides.push_back(override);
  return overrides;
}

Config config_of_point(const StudyRun& run, const StudyLayout& layout) {
  std::vector<std::string> overrides = overrides_of(run, layout);
  const auto samples = run.configuration.at("data").at("n_train").get<std::int64_t>();
  overrides.push_back(fmt::format("data.n_train={}", std::max(samples, layout.global_batch)));
  return load_config(run.config, overrides);
}

std::vector<std::string> command_of_point(const StudyRun& run, const StudyLayout& layout,
                                          const std::string& program,
                                          const std::filesystem::path& directory) {
  std::vector<std::string> words{program};
  if (run.to_target)
    words.insert(words.end(),
                 {"train", run.config, "--output", directory.string(), "--no-progress", "--resume=auto"});
  else
    words.insert(words.end(),
                 {"bench", "training", run.config, "--output", (directory / kPointName).string(), "--steps",
                  std::to_string(run.steps), "--repeats", std::to_string(run.repeats)});
  words.insert(words.end(), {"--energy", run.energy});
  if (layout.parts() > 1) words.insert(words.end(), {"--split", split_text(layout)});
  if (!run.to_target && layout.extents != run.extents()) words.emplace_back("--synthetic");
  if (!run.to_target && run.verify) words.emplace_back("--verify");
  for (const std::string& override : overrides_of(run, layout))
    words.insert(words.end(), {"--set", override});
  return words;
}

}  // namespace tessera
