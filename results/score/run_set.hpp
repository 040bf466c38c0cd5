#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "results/check/run_record.hpp"

namespace tessera {

/// Strong scaling: one model after another, time to solution. Weak: many at once, throughput.
enum class ScalingMode { Strong, Weak };

/// "strong", "weak".
std::string_view name_of(ScalingMode mode);

/// What scores need of a system description, <org>/systems/<system>.json.
struct SystemSize {
  std::optional<double> nodes, accelerators_per_node;  // nothing where it is missing or isn't a number

  /// Accelerators in all, or nodes where there are none.
  std::optional<double> units() const;
};

/// The runs of one system and benchmark, which are scored together.
struct RunSet {
  std::filesystem::path directory;  // that holds the logs, or the directories of our runs
  std::string name;                 // the same, relative to the path asked for; "." if it is that
  std::string organisation, system;
  std::string benchmark;  // as the first log says that names one; else as the directory is called
  std::string division;   // as the system description says, else the first log that does; may be empty
  ScalingMode mode = ScalingMode::Strong;
  std::vector<RunRecord> runs;          // in the order of their numbers, gaps allowed
  std::optional<SystemSize> described;  // where there is a system description that can be read
  nlohmann::json description;           // that description, an object; else null
  double scaling_factor = 1;            // of scaling.json beside the logs
  std::string scaling_problem;          // why a scaling.json that is there can't be used
};

/// The run sets at and below a path, in the order of their directories:
///  - a directory that holds files result_*.txt, as those of published rounds (a result.txt beside them is no
///    run):
///      <org>/results/<system>/<benchmark>/ (v0.7), <org>/results/<system>/strong|weak/<benchmark>/ (later);
///  - a directory whose sub-directories each hold one result.txt, as those of our runs; such a sub-directory
///    given by itself is a set of one.
/// A set is weak if its layout says so; where there is no such layout, if it is in, or has, a directory
/// called weak from the path asked for on, or is a run of one (DIR/weak/run_<i>). Directories pruned_results/
/// and links to directories are passed over. Organisation, system and benchmark are those of the layout, else
/// of the logs (submission_org, submission_platform). A log that can't be read is a run without entries.
/// Throws InputError if the path is missing, no directory, can't be walked or holds no log.
std::vector<RunSet> read_run_sets(const std::filesystem::path& path);

/// What a system description says of the size; numbers may be texts.
SystemSize system_size(const nlohmann::json& description);

/// The finite number > 0 that a scaling.json has as its scaling_factor; nothing where it has none.
std::optional<double> read_scaling_factor(const std::filesystem::path& file);

}  // namespace tessera
