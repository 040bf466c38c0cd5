#pragma once

#include <filesystem>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/check/finding.hpp"
#include "results/check/power_rules.hpp"
#include "results/check/run_rules.hpp"

namespace tessera {

struct CheckOptions {
  Round round = Round::V3_0;
  std::optional<Division> division = {};  // see check(); not given: as each log says
  bool own = false;                       // logs are of users' own networks, see check_own()
};

/// What was judged: one log, a directory that holds logs, or a submission package.
struct Judged {
  enum Kind { Log, Directory, Package };
  std::string path;
  Kind kind = Log;
  Round round = Round::V3_0;
  Verdict verdict;
  bool own = false;     // by check_own(): it passed or failed, and is never compliant
  bool no_log = false;  // a file that was named holds no log entry, see require_logs()
  std::string summary;  // "closed cosmoflow, 12.34 minutes"; "10 logs, 1 of them not compliant"
};

/// Judges logs. A file is one log; in a directory every file result_*.txt or result.txt at any depth is one,
/// and each directory that holds logs is judged besides: at most one of them may be non-compliant (rule
/// too-many-failed-logs). Logs stand in the order of their numbers, a directory after its logs.
/// A file without entries is a log that isn't compliant. Throws InputError for a path that is missing or
/// can't be read, and for a directory without logs.
std::vector<Judged> check_paths(std::span<const std::filesystem::path> paths, const CheckOptions& options);

/// Throws InputError for the first file that was named as a log and holds no entry.
void require_logs(std::span<const Judged> judged);

/// The parts of the above. A file without entries is a log that isn't compliant.
Judged judge_log(const RunRecord& run, const CheckOptions& options);
/// Adds to logs of one set, as they stand in runs, what their power logs say, which rounds have since 3.0.
void judge_power(std::span<Judged> logs, std::span<const MeasuredRun> runs);
Judged judge_directory(const std::filesystem::path& directory, std::span<const Judged> logs,
                       const CheckOptions& options);
/// [{"path", "kind": "log"|"directory"|"package", "round", "verdict": "compliant"|"not compliant"|"not
/// judged"
///   |"own: passed"|"own: failed",
///   "findings": [{"rule", "file", "key", "line", "expected", "found"}], "warnings": [...]}].
/// Where there is no key or line, it is null.
nlohmann::json to_json(std::span<const Judged> judged);

/// The same for a terminal: a line for each log and directory, its findings and warnings below.
void print(std::ostream& out, std::span<const Judged> judged);

/// Prints what was judged as text or JSON. Returns 0 if all are compliant, or passed, else 1.
int report(std::span<const Judged> judged, bool as_json, std::ostream& out);

}  // namespace tessera
