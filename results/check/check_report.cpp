#include "results/check/check_report.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>

#include "models/base/error.hpp"
#include "results/check/log_files.hpp"
#include "results/check/log_reader.hpp"
#include "results/check/on_threads.hpp"
#include "results/check/power_folder.hpp"
#include "results/log/json_text.hpp"
#include "results/log/log_value.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A text of the log in ASCII, without its quotes: what a log says may not steer a terminal.
std::string text_of(const RunRecord& run, LogKey key) {
  const auto text = run.text(key);
  if (!text) return fmt::format("no {}", name_of(key));
  const std::string shown = show(*text);
  return shown.substr(1, shown.size() - 2);
}

std::string summary_of(const RunRecord& run) {
  std::string summary = fmt::format("{} {}", text_of(run, LogKey::SubmissionDivision),
                                    text_of(run, LogKey::SubmissionBenchmark));
  if (!run.clock().doubts().empty()) return summary + ", with times that can't be";
  if (const auto minutes = run.minutes()) summary += fmt::format(", {:.2f} minutes", *minutes);
  return summary;
}

Judged judge_named_file(const fs::path& path, const CheckOptions& options) {
  const RunRecord run = read_log(path);
  Judged judged = judge_log(run, options);
  judged.no_log = run.entry_lines == 0;
  const MeasuredRun measured = measured_run(run);
  judge_power({&judged, 1}, {&measured, 1});
  return judged;
}

void add_directory(std::vector<Judged>& judged, const fs::path& root, const CheckOptions& options) {
  const auto logs = logs_below(root);
  if (logs.empty()) {
    throw InputError("this directory holds no result log", root.string(),
                     "logs are the files named result_<i>.txt or result.txt in it or below it");
  }
  for (const auto& [directory, files] : logs) {
    const std::size_t first = judged.size();
    judged.resize(first + files.size());
    std::vector<MeasuredRun> runs(files.size());
    on_threads(files.size(), [&](std::size_t i) {
      const RunRecord run = read_found_log(files[i]);
      judged[first + i] = judge_log(run, options);
      runs[i] = measured_run(run);
    });
    const std::span of_directory = std::span(judged).subspan(first);
    judge_power(of_directory, runs);
    judged.push_back(judge_directory(directory, of_directory, options));
  }
}

json to_json(const std::vector<Finding>& findings) {
  json list = json::array();
  for (const Finding& f : findings) {
    list.push_back({{"rule", f.rule},
                    {"file", f.file},
                    {"key", f.key.empty() ? json() : json(f.key)},
                    {"line", f.line ? json(*f.line) : json()},
                    {"expected", f.expected},
                    {"found", f.found}});
  }
  return list;
}

constexpr std::array<const char*, 3> kKinds{"log", "directory", "package"};

const char* word(const Judged& judged) {
  const Verdict& verdict = judged.verdict;
  if (judged.own) return verdict.compliant() ? "own: passed" : "own: failed";
  if (!verdict.findings.empty()) return "not compliant";
  return verdict.judged ? "compliant" : "not judged";
}

/// The path of a file as seen from a directory that holds it.
std::string name_below(const std::string& file, const std::string& directory) {
  return file.starts_with(directory + "/") ? file.substr(directory.size() + 1) : file;
}

void print(std::ostream& out, const std::vector<Finding>& findings, const char* kind,
           const std::string& path) {
  for (const Finding& f : findings) {
    const std::string file = f.file == path ? "" : name_below(f.file, path) + ": ";
    const std::string line = f.line ? fmt::format(", line {}", *f.line) : "";
    const std::string key = f.key.empty() ? "" : " " + f.key;
    fmt::print(out, "    {}: {}{}{}{}: expected {}; found {}\n", kind, file, f.rule, key, line, f.expected,
               f.found);
  }
}

}  // namespace

Judged judge_log(const RunRecord& run, const CheckOptions& options) {
  std::string summary = summary_of(run);
  if (options.division) summary += fmt::format(", judged as {}", name_of(*options.division));
  Verdict verdict = options.own ? check_own(run, options.round) : check(run, options.round, options.division);
  return {run.file, Judged::Log, options.round, std::move(verdict), options.own, false, std::move(summary)};
}

void judge_power(std::span<Judged> logs, std::span<const MeasuredRun> runs) {
  if (logs.empty() || logs.front().round < Round::V3_0) return;
  std::vector<RunPower> powers = power_of_runs(runs);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    Verdict& verdict = logs[i].verdict;
    std::ranges::move(powers[i].verdict.findings, std::back_inserter(verdict.findings));
    std::ranges::move(powers[i].verdict.warnings, std::back_inserter(verdict.warnings));
    logs[i].summary += ", " + describe(powers[i]);
  }
}

Judged judge_directory(const fs::path& directory, std::span<const Judged> logs, const CheckOptions& options) {
  const auto failed = std::count_if(logs.begin(), logs.end(),
                                    [](const Judged& log) { return !log.verdict.findings.empty(); });
  const std::string summary = fmt::format("{} log{}, {} of them {}", logs.size(), logs.size() == 1 ? "" : "s",
                                          failed, options.own ? "failed" : "not compliant");
  Judged judged{directory.string(), Judged::Directory, options.round, {}, options.own, false, summary};
  judged.verdict.judged =
      std::all_of(logs.begin(), logs.end(), [](const Judged& log) { return log.verdict.judged; });
  if (failed > 1) {
    judged.verdict.findings.push_back({"too-many-failed-logs", directory.string(), "", std::nullopt,
                                       "at most one log that isn't compliant", summary});
  }
  return judged;
}

std::vector<Judged> check_paths(std::span<const fs::path> paths, const CheckOptions& options) {
  std::vector<Judged> judged;
  for (const fs::path& path : paths) {
    std::error_code ignored;  // what is no directory is read as a file, which reports what is wrong with it
    if (fs::is_directory(path, ignored)) {
      add_directory(judged, path, options);
    } else {
      judged.push_back(judge_named_file(path, options));
    }
  }
  return judged;
}

void require_logs(std::span<const Judged> judged) {
  for (const Judged& one : judged)
    if (one.no_log)
      throw InputError(
          "this file isn't a result log: no line of it holds :::MLLOG", one.path,
          "give the path of a log as MLPerf-style runs write them (result.txt of a run of ours)");
}

json to_json(std::span<const Judged> judged) {
  json list = json::array();
  for (const Judged& one : judged) {
    list.push_back({{"path", one.path},
                    {"kind", kKinds[one.kind]},
                    {"round", name_of(one.round)},
                    {"verdict", word(one)},
                    {"findings", to_json(one.verdict.findings)},
                    {"warnings", to_json(one.verdict.warnings)}});
  }
  return list;
}

void print(std::ostream& out, std::span<const Judged> judged) {
  for (const Judged& one : judged) {
    fmt::print(out, "{:<13}  {}  ({}; rules {})\n", word(one), one.path, one.summary, name_of(one.round));
    print(out, one.verdict.findings, "finding", one.path);
    print(out, one.verdict.warnings, "warning", one.path);
  }
}

int report(std::span<const Judged> judged, bool as_json, std::ostream& out) {
  if (as_json) {
    out << json_text(to_json(judged));
  } else {
    print(out, judged);
  }
  return std::all_of(judged.begin(), judged.end(), [](const Judged& j) { return j.verdict.compliant(); }) ? 0
                                                                                                          : 1;
}

}  // namespace tessera
