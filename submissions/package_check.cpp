#include "submissions/package_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "models/base/error.hpp"
#include "results/check/benchmark.hpp"
#include "results/check/log_files.hpp"
#include "results/check/on_threads.hpp"
#include "results/log/log_value.hpp"
#include "results/score/scores.hpp"
#include "submissions/checker_params.hpp"
#include "submissions/file_check.hpp"
#include "submissions/package_layout.hpp"
#include "submissions/score_check.hpp"
#include "submissions/seed_check.hpp"
#include "submissions/size_check.hpp"
#include "submissions/system_description.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The logs of one directory, read and judged.
struct Logs {
  RunSet set;
  std::vector<SeedsOfLog> seeds;
  std::vector<Judged> judged;  // each log, then the directory
};

/// The entries of a directory whose name matches, in the order of comes_before().
template <class Matches>
std::vector<fs::path> entries_of(const fs::path& directory, Matches matches) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (matches(entry->path().filename().string())) entries.push_back(entry->path());
  std::ranges::sort(entries, comes_before);
  return entries;
}

/// What may stand beside logs.
constexpr std::array<std::string_view, 4> kKnownFiles{"scaling.json", "package_checker_params",
                                                      "pruned_results", "power"};

/// Of one log: some log a seed from each of thousands of ranks.
constexpr std::size_t kMostSeeds = 100'000;

class PackageJudge {
 public:
  PackageJudge(const fs::path& package, const CheckOptions& options) : package_(package), options_(options) {}

  std::vector<Judged> judge() {
    const std::vector<ResultDirectory> directories = result_directories(package_, verdict_);
    check_systems(directories);
    of_organisation_ = read_checker_params(package_, ParamsOf::Organisation, options_.round, verdict_);
    for (const ResultDirectory& directory : directories) {
      logs_.emplace(directory.path, read_logs(directory.path, is_numbered_log_name));
      check_directory(directory);
    }
    check_times_to_solution(directories);
    check_files(package_, verdict_);
    read_other_logs();
    return take(directories.size());
  }

 private:
  void fail(const char* rule, const fs::path& file, std::string expected, std::string found) {
    verdict_.findings.push_back({rule, file.string(), "", {}, std::move(expected), std::move(found)});
  }
  void warn(const char* rule, const fs::path& file, std::string expected, std::string found) {
    verdict_.warnings.push_back({rule, file.string(), "", {}, std::move(expected), std::move(found)});
  }

  void check_systems(const std::vector<ResultDirectory>& directories);
  void check_system(const fs::path& file);
  Logs read_logs(const fs::path& directory, bool (*is_log)(std::string_view)) const;
  void read_other_logs();
  void check_directory(const ResultDirectory& directory);
  void add_verdict_of_directory(const Verdict& verdict);
  void check_count(const ResultDirectory& directory);
  void check_agreement(const ResultDirectory& directory, const Logs& logs, bool closed);
  void check_one_value(const ResultDirectory& directory, const Logs& logs, LogKey key, const char* rule,
                       bool closed);
  void check_readable(const Logs& logs);
  Score score_of(const ResultDirectory& directory, Logs& logs, bool closed) const;
  void check_times_to_solution(const std::vector<ResultDirectory>& directories);
  void check_all_seeds(const Logs& logs, bool passed_over);
  Bypasses bypasses_of(const ResultDirectory& directory);
  void check_scaling(const fs::path& directory);
  std::vector<Judged> take(std::size_t directories);

  std::optional<std::string> division_of(const std::string& system) const {
    const auto found = systems_.find(system);
    return found == systems_.end() ? std::nullopt : std::optional(found->second.text("division"));
  }

  const fs::path& package_;
  const CheckOptions& options_;
  Verdict verdict_;
  std::map<std::string, SystemDescription> systems_;  // by the names of their files
  std::map<fs::path, Logs> logs_;
  std::set<std::string> solved_;  // benchmarks that have a time to solution
  Bypasses of_organisation_;
  std::map<std::string, Bypasses> of_systems_;
};

void PackageJudge::check_systems(const std::vector<ResultDirectory>& directories) {
  std::set<fs::path> files;
  for (const fs::path& file : entries_of(package_ / "systems", [](const std::string& name) {
         return name.ends_with(".json") && !name.starts_with('.');
       }))
    files.insert(file);
  for (const ResultDirectory& directory : directories)
    files.insert(package_ / "systems" / (directory.system + ".json"));
  for (const fs::path& file : files) check_system(file);
}

void PackageJudge::check_system(const fs::path& file) {
  try {
    SystemDescription system = read_system_description(file);
    const Verdict of_fields = check(system, file.string());
    std::ranges::copy(of_fields.findings, std::back_inserter(verdict_.findings));
    std::ranges::copy(of_fields.warnings, std::back_inserter(verdict_.warnings));
    const std::string name = file.stem().string();
    if (system.text("system_name") != name)
      warn("differing-name", file, "the system_name " + name, show(system.text("system_name")));
    systems_.emplace(name, std::move(system));
  } catch (const InputError& error) {
    fail("bad-system-description", file, "a JSON object of the 33 fields", error.problem());
  }
}

Logs PackageJudge::read_logs(const fs::path& directory, bool (*is_log)(std::string_view)) const {
  Logs logs;
  const std::vector<fs::path> files = entries_of(directory, is_log);
  logs.seeds.resize(files.size());
  logs.judged.resize(files.size());
  logs.set.runs.resize(files.size());
  on_threads(files.size(), [&](std::size_t i) {
    SeedsOfLog& seeds = logs.seeds[i];
    RunRecord run = read_found_log(files[i], [&seeds](const LogEntry& entry) {
      if (entry.key == LogKey::Seed && seeds.seeds.size() < kMostSeeds)
        seeds.seeds.push_back(logged_seed(entry.line, entry.value, entry.metadata));
    });
    seeds.file = run.file;
    seeds.malformed = run.malformed_lines > 0;
    logs.judged[i] = judge_log(run, options_);
    logs.set.runs[i] = std::move(run);
  });
  std::vector<MeasuredRun> runs;
  for (const RunRecord& run : logs.set.runs) runs.push_back(measured_run(run));
  judge_power(logs.judged, runs);
  if (!logs.judged.empty()) logs.judged.push_back(judge_directory(directory, logs.judged, options_));
  return logs;
}

/// Logs that are no part of the results, as those pruned, are judged one by one all the same.
void PackageJudge::read_other_logs() {
  std::vector<fs::path> to_read{package_ / "results"};
  while (!to_read.empty()) {
    const fs::path directory = std::move(to_read.back());
    to_read.pop_back();
    if (!logs_.contains(directory)) logs_.emplace(directory, read_logs(directory, is_log_name));
    for (fs::path& below : directories_in(directory)) {
      std::error_code ignored;
      if (!fs::is_symlink(below, ignored)) to_read.push_back(std::move(below));
    }
  }
}

void PackageJudge::check_directory(const ResultDirectory& directory) {
  if (!has_benchmark(options_.round, directory.benchmark)) {
    warn("unknown-benchmark", directory.path, fmt::format("a benchmark of round {}", name_of(options_.round)),
         directory.benchmark);
    return;
  }
  Logs& logs = logs_.at(directory.path);
  const Bypasses bypasses = bypasses_of(directory);
  const bool closed =
      options_.division ? options_.division == Division::Closed : division_of(directory.system) == "closed";
  check_count(directory);
  check_readable(logs);
  if (!logs.judged.empty()) add_verdict_of_directory(logs.judged.back().verdict);
  check_agreement(directory, logs, closed);
  const Score score = score_of(directory, logs, closed);
  if (closed) check_all_seeds(logs, bypasses.seeds);
  if (closed) check_convergence(directory.path.string(), score, bypasses.convergence, verdict_);
  check_throughput(directory.path.string(), score, verdict_);
  if (score.minutes) solved_.insert(directory.benchmark);
  check_power(directory.path.string(), score, verdict_);
  check_scaling(directory.path);
  if (std::error_code error;
      !fs::is_directory(package_ / "benchmarks" / directory.benchmark / "implementations", error))
    warn("no-implementation", directory.path,
         fmt::format("benchmarks/{}/implementations", directory.benchmark), "none");
}

void PackageJudge::add_verdict_of_directory(const Verdict& verdict) {
  std::ranges::copy(verdict.findings, std::back_inserter(verdict_.findings));
  verdict_.judged = verdict_.judged && verdict.judged;
}

Bypasses PackageJudge::bypasses_of(const ResultDirectory& directory) {
  const auto [of_system, is_new] = of_systems_.try_emplace(directory.system);
  if (is_new)
    of_system->second = read_checker_params(package_ / "results" / directory.system, ParamsOf::System,
                                            options_.round, verdict_);
  return of_organisation_ | of_system->second |
         read_checker_params(directory.path, ParamsOf::Benchmark, options_.round, verdict_);
}

void PackageJudge::check_all_seeds(const Logs& logs, bool passed_over) {
  Verdict of_seeds;
  check_seeds(logs.seeds, of_seeds);
  auto& list = passed_over ? verdict_.warnings : verdict_.findings;
  for (Finding& finding : of_seeds.findings) {
    if (passed_over) finding.found += "; passed over, as asked for";
    list.push_back(std::move(finding));
  }
  std::ranges::move(of_seeds.warnings, std::back_inserter(verdict_.warnings));
}

void PackageJudge::check_readable(const Logs& logs) {
  for (const RunRecord& run : logs.set.runs) {
    if (!run.unreadable.empty()) fail("unreadable-log", run.file, "a log", run.unreadable);
    if (run.compressed) fail("unreadable-log", run.file, "a log in plain text", "gzip");
  }
}

/// The score of a directory, by the division that it is judged by.
Score PackageJudge::score_of(const ResultDirectory& directory, Logs& logs, bool closed) const {
  RunSet& set = logs.set;
  const auto named = std::ranges::find_if(
      set.runs, [](const RunRecord& run) { return run.text(LogKey::SubmissionBenchmark).has_value(); });
  set.benchmark = named == set.runs.end() ? directory.benchmark : *named->text(LogKey::SubmissionBenchmark);
  set.division = closed ? name_of(Division::Closed) : name_of(Division::Open);
  set.mode = directory.weak ? ScalingMode::Weak : ScalingMode::Strong;
  set.directory = directory.path;
  if (const auto system = systems_.find(directory.system); system != systems_.end())
    set.described = system_size(system->second.fields);
  return score(set, options_.round);
}

/// A throughput isn't reported alone.
void PackageJudge::check_times_to_solution(const std::vector<ResultDirectory>& directories) {
  for (const ResultDirectory& directory : directories)
    if (directory.weak && has_benchmark(options_.round, directory.benchmark) &&
        !solved_.contains(directory.benchmark))
      warn("no-time-to-solution", directory.path,
           fmt::format("a time to solution of {}, which a throughput is reported with", directory.benchmark),
           "none");
}

void PackageJudge::check_count(const ResultDirectory& directory) {
  const std::size_t logs = entries_of(directory.path, is_numbered_log_name).size(),
                    expected = benchmarks().find(directory.benchmark)->required_runs;
  if (logs < expected || (logs > expected && !directory.weak))
    fail("wrong-run-count", directory.path,
         fmt::format("{} {} logs result_*.txt", directory.weak ? "at least" : "exactly", expected),
         std::to_string(logs));
  for (const fs::path& other : entries_of(directory.path, [](const std::string& name) {
         return !is_numbered_log_name(name) && !name.starts_with('.') &&
                std::ranges::find(kKnownFiles, name) == kKnownFiles.end();
       }))
    warn("unknown-file", other, "logs named result_*.txt alone", show(other.filename().string()));
}

void PackageJudge::check_agreement(const ResultDirectory& directory, const Logs& logs, bool closed) {
  check_one_value(directory, logs, LogKey::GlobalBatchSize, "differing-batch-sizes", closed);
  check_one_value(directory, logs, LogKey::SubmissionBenchmark, "differing-benchmarks", closed);
  if (const auto system = systems_.find(directory.system); system != systems_.end())
    check_sizes(logs.set.runs, system->second, directory.weak, directory.path.string(), verdict_);
  const std::optional<std::string> division = division_of(directory.system);
  for (const RunRecord& run : logs.set.runs) {
    const auto of_log = run.text(LogKey::SubmissionDivision),
               benchmark = run.text(LogKey::SubmissionBenchmark);
    if (division && of_log && *of_log != *division)
      warn("differing-division", run.file, fmt::format("the system description's, {}", show(*division)),
           show(*of_log));
    if (benchmark && *benchmark != directory.benchmark)
      warn("differing-benchmark", run.file, directory.benchmark, show(*benchmark));
  }
}

/// All logs of a directory have one value of a key, or none of them has one.
void PackageJudge::check_one_value(const ResultDirectory& directory, const Logs& logs, LogKey key,
                                   const char* rule, bool closed) {
  const auto value_of = [key](const RunRecord& run) {
    if (key == LogKey::GlobalBatchSize) return run.convergence().batch();  // the last, as the official tools
    const LogEntry* entry = run.first(key);
    return entry == nullptr ? json() : entry->value;
  };
  const auto differs = std::ranges::find_if(logs.set.runs, [&](const RunRecord& run) {
    return !equal_values(value_of(run), value_of(logs.set.runs.front()));
  });
  if (differs == logs.set.runs.end()) return;
  auto& list = closed ? verdict_.findings : verdict_.warnings;
  list.push_back({rule,
                  directory.path.string(),
                  std::string(name_of(key)),
                  {},
                  "one value in all logs",
                  fmt::format("{} in {}, {} in {}", show(value_of(logs.set.runs.front())),
                              logs.set.runs.front().file, show(value_of(*differs)), differs->file)});
}

void PackageJudge::check_scaling(const fs::path& directory) {
  const fs::path file = directory / "scaling.json";
  std::error_code error;
  if (!fs::exists(file, error)) return;
  if (!read_scaling_factor(file))
    warn("bad-scaling", file, "an object whose scaling_factor is a number > 0", "none");
}

std::vector<Judged> PackageJudge::take(std::size_t directories) {
  std::vector<Judged> judged;
  for (auto& [path, logs] : logs_) std::ranges::move(logs.judged, std::back_inserter(judged));
  judged.push_back(
      {package_.string(), Judged::Package, options_.round, std::move(verdict_), false, false,
       fmt::format("package, systems: {}, directories of results: {}", systems_.size(), directories)});
  return judged;
}

}  // namespace

std::vector<Judged> judge_package(const fs::path& package, const CheckOptions& options) {
  return PackageJudge(package, options).judge();
}

}  // namespace tessera
