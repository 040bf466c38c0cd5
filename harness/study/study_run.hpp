#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/study/slurm_jobs.hpp"
#include "results/study/study.hpp"

namespace tessera {

/// How the points of a study are run: what its directory remembers beside study.json, in request.json.
struct StudyRun {
  std::string config;                  // path of the YAML file
  std::vector<std::string> overrides;  // of its keys, by the user
  nlohmann::json configuration;        // what both come to
  std::int64_t steps = 20, repeats = 5;
  bool to_target = false;  // trains in place of timing steps
  bool verify = false;     // holds a step of each point to the reference
  std::string energy = "auto";
  std::string launcher;  // where points don't become jobs: as launcher_called() has it
  std::optional<double> time_limit = std::nullopt;   // of a point, in seconds
  std::optional<SlurmChoices> slurm = std::nullopt;  // points become its jobs

  /// Of a sample of the configuration: D H W, or H W.
  std::vector<std::int64_t> extents() const;
};

nlohmann::json to_json(const StudyRun& run);
/// Of the request.json that lies at `where`. Throws InputError where it is none.
StudyRun study_run_of(const nlohmann::json& json, const std::string& where);

/// What two calls for one study may not differ in, and do: names of settings.
std::vector<std::string> differences(const StudyRun& one, const StudyRun& other);

/// The overrides that make the configuration that of a point: those of the user, then the point's.
std::vector<std::string> overrides_of(const StudyRun& run, const StudyLayout& layout);

/// The configuration of a point. Data sets are cycled where they have too few samples for a step of it: then
/// they count as having as many.
Config config_of_point(const StudyRun& run, const StudyLayout& layout);

/// The file that a timed point leaves in its directory: a study of that point alone.
inline constexpr const char* kPointName = "training.json";

/// The words of the command that runs a point on all its ranks, without a launcher. program: path of this
/// one.
std::vector<std::string> command_of_point(const StudyRun& run, const StudyLayout& layout,
                                          const std::string& program, const std::filesystem::path& directory);

}  // namespace tessera
