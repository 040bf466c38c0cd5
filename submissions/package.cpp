#include "submissions/package.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include "models/base/error.hpp"
#include "results/check/benchmark.hpp"
#include "results/check/log_files.hpp"
#include "results/log/log_value.hpp"
#include "results/score/run_set.hpp"
#include "submissions/package_layout.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// A directory that is written beside its place and goes away unless it is put there.
class PartialDirectory {
 public:
  explicit PartialDirectory(const fs::path& place) : place_(place), partial_(place.string() + ".partial") {
    fs::remove_all(partial_);
    fs::create_directories(partial_);
  }
  ~PartialDirectory() {
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }
  PartialDirectory(const PartialDirectory&) = delete;
  PartialDirectory& operator=(const PartialDirectory&) = delete;

  const fs::path& path() const { return partial_; }
  void put_in_place() {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(partial_))
      if (entry.is_directory() || (entry.is_regular_file() && !entry.is_symlink())) sync(entry.path());
    fs::rename(partial_, place_);
    sync(place_.parent_path());
  }

 private:
  static void sync(const fs::path& path) {
    const int descriptor = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced)
      throw MachineError("writing a package to the disk failed", path.string(), "free space on this disk");
  }

  fs::path place_, partial_;
};

void check_name(const std::string& name, const char* what, const char* fix) {
  if (name.empty() || name.starts_with('.') || name.find_first_of(" /") != std::string::npos)
    throw InputError(fmt::format("{} {} can't name a file of a package: it is empty, begins with a dot, or "
                                 "has a space or a slash",
                                 what, show(name)),
                     "the package", fix);
}

/// Packages are results; the tree that they come from is sources alone.
void check_outside_of_sources(const fs::path& output) {
  for (fs::path above = fs::absolute(output).lexically_normal(); above != above.parent_path();
       above = above.parent_path())
    if (fs::exists(above / "submissions" / "package.hpp"))
      throw InputError("a package isn't written into the sources of this program", output.string(),
                       fmt::format("name an --output outside of {}", above.string()));
}

/// A copy of the implementation would hold itself.
void check_outside_of_implementation(const fs::path& output, const fs::path& implementation) {
  if (!fs::is_directory(implementation)) return;
  const fs::path below =
      fs::weakly_canonical(fs::absolute(output)).lexically_relative(fs::canonical(implementation));
  if (*below.begin() != "..")
    throw InputError("a package isn't written into the implementation that it is to hold", output.string(),
                     "choose another --output, or another --implementation");
}

/// What a package needs to know of one log.
struct LogFacts {
  std::string benchmark, division;
  nlohmann::json seed;
};

LogFacts facts_of(const fs::path& log) {
  const RunRecord run = read_found_log(log);
  if (!run.unreadable.empty())
    throw InputError(fmt::format("a log can't be packaged: {}", run.unreadable), log.string(),
                     "name logs that can be read");
  LogFacts facts{run.text(LogKey::SubmissionBenchmark).value_or(""),
                 run.text(LogKey::SubmissionDivision).value_or(""),
                 run.first(LogKey::Seed) == nullptr ? nlohmann::json() : run.first(LogKey::Seed)->value};
  if (benchmarks().find(facts.benchmark) == nullptr)
    throw InputError(fmt::format("a log names no benchmark of MLPerf HPC, but {}", show(facts.benchmark)),
                     log.string(), "name result logs alone");
  return facts;
}

/// The division that all logs and the description have; the description's, where it is empty, is filled in.
void settle_division(SystemDescription& system, const std::string& division, const fs::path& log) {
  nlohmann::json& described = system.fields["division"];
  if (described.is_null() || described == "") described = division;
  if (described != division)
    throw InputError(fmt::format("a log's division is {}, that of the system description or of other logs {}",
                                 show(division), show(described)),
                     log.string(), "package runs of one division, and describe the system as of that");
}

void write_text(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  if (!(file << text) || !file.flush())
    throw MachineError("a file of the package can't be written", path.string(), "free space on this disk");
}

void write_implementation(const fs::path& package, const std::string& benchmark,
                          const PackageContents& contents) {
  const fs::path directory = package / "benchmarks" / benchmark / "implementations" / "tessera";
  if (contents.implementation.empty()) {
    write_text(directory / "README.md", contents.notes);
  } else if (fs::is_directory(contents.implementation)) {
    fs::create_directories(directory);
    fs::copy(contents.implementation, directory,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  } else {
    fs::create_directories(directory);
    fs::copy_file(contents.implementation, directory / contents.implementation.filename());
  }
}

/// The logs of one directory as they are written, with the power logs beside each, those of a seed that was
/// there before apart.
class NumberedLogs {
 public:
  void write(const fs::path& log, const nlohmann::json& seed, const fs::path& directory, bool prune) {
    const bool known =
        std::ranges::any_of(seeds_, [&](const auto& other) { return equal_values(other, seed); });
    const bool pruned = prune && known && !seed.is_null();
    seeds_.push_back(seed);
    const fs::path place = pruned ? directory / "pruned_results" : directory;
    fs::create_directories(place);
    const std::string name = fmt::format("result_{}", pruned ? pruned_++ : written_++);
    fs::copy_file(log, place / (name + ".txt"));
    if (const fs::path power = log.parent_path() / "power" / log.stem(); fs::is_directory(power)) {
      fs::create_directories(place / "power");
      fs::copy(power, place / "power" / name, fs::copy_options::recursive);
    }
  }

 private:
  std::vector<nlohmann::json> seeds_;
  int written_ = 0, pruned_ = 0;
};

void write_logs(const fs::path& package, PackageContents& contents, const std::vector<fs::path>& logs,
                ScalingMode mode) {
  std::map<std::string, NumberedLogs> benchmarks_written;
  const bool prune = contents.prune_seeds && mode == ScalingMode::Weak;
  for (const fs::path& log : logs) {
    const LogFacts facts = facts_of(log);
    settle_division(contents.system, facts.division, log);
    benchmarks_written[facts.benchmark].write(
        log, facts.seed,
        package / "results" / contents.system.text("system_name") / name_of(mode) / facts.benchmark, prune);
  }
  for (const auto& [benchmark, written] : benchmarks_written)
    if (!fs::exists(package / "benchmarks" / benchmark)) write_implementation(package, benchmark, contents);
}

void write_all(const fs::path& package, PackageContents& contents) {
  write_logs(package, contents, contents.strong, ScalingMode::Strong);
  write_logs(package, contents, contents.weak, ScalingMode::Weak);
  nlohmann::json& submitter = contents.system.fields["submitter"];
  if (submitter.is_null() || submitter == "") submitter = contents.organisation;
  write_text(package / "systems" / (contents.system.text("system_name") + ".json"), to_text(contents.system));
}

/// What was judged at one place, as of another.
void rename(std::vector<Judged>& judged, const std::string& from, const std::string& to) {
  const auto moved = [&](std::string& path) {
    if (path.starts_with(from)) path.replace(0, from.size(), to);
  };
  for (Judged& one : judged) {
    moved(one.path);
    for (auto* list : {&one.verdict.findings, &one.verdict.warnings})
      for (Finding& finding : *list) moved(finding.file);
  }
}

[[noreturn]] void fail(const fs::filesystem_error& error) {
  const std::string problem = fmt::format("a package can't be written: {}", error.code().message());
  if (error.code() == std::errc::no_space_on_device || error.code() == std::errc::io_error)
    throw MachineError(problem, error.path1().string(),
                       "free space on this disk, or choose another --output");
  throw InputError(problem, error.path1().string(),
                   "name files that can be read, and an --output to write to");
}

}  // namespace

std::vector<fs::path> logs_at(std::span<const fs::path> paths) {
  std::vector<fs::path> logs;
  for (const fs::path& path : paths) {
    const std::size_t before = logs.size();
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) logs.push_back(path);
    if (fs::is_directory(path, ignored))
      for (const auto& [directory, files] : logs_below(path))
        if (std::ranges::find(directory, "pruned_results") == directory.end())
          logs.insert(logs.end(), files.begin(), files.end());
    if (logs.size() == before)
      throw InputError("there is no result log", path.string(),
                       "name logs, directories of runs, or directories that hold such");
  }
  return logs;
}

std::vector<Judged> write_package(PackageContents contents, const fs::path& output,
                                  const CheckOptions& options) {
  check_name(contents.organisation, "the organisation", "choose another --org");
  check_name(contents.system.text("system_name"), "the system_name", "mend the system description");
  try {
    check_outside_of_sources(output);
    check_outside_of_implementation(output, contents.implementation);
    const fs::path place = output / contents.organisation;
    if (fs::exists(fs::symlink_status(place)))
      throw InputError("there is such a package already", place.string(),
                       "move it away, or choose another --output");
    PartialDirectory partial(place);
    write_all(partial.path(), contents);
    std::vector<Judged> judged = judge_package(partial.path(), options);
    if (judged.back().verdict.compliant()) partial.put_in_place();
    rename(judged, partial.path().string(), place.string());
    return judged;
  } catch (const fs::filesystem_error& error) {
    fail(error);
  }
}

}  // namespace tessera
