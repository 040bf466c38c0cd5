#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/compare/comparison_input.hpp"
#include "results/compare/comparison_json.hpp"
#include "results/compare/comparison_table.hpp"
#include "results/report/report.hpp"
#include "results/study/study_comparison_json.hpp"
#include "results/study/study_comparison_table.hpp"
#include "results/study/study_file.hpp"

namespace tessera {
namespace {

struct CompareArguments {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> joins;
  std::string base, html;  // html: a path, or empty
  bool json = false;
};

/// html_page draws what to_json() makes of a comparison.
template <class AnyComparison>
void report(const CompareArguments& arguments, const AnyComparison& comparison,
            std::string (*html_page)(const nlohmann::json&)) {
  if (!arguments.html.empty()) write_whole_file(arguments.html, html_page(to_json(comparison)));
  if (arguments.json) {
    std::cout << to_json(comparison).dump(2, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    print(std::cout, comparison);
  }
  flush_or_throw(std::cout, "the comparison");
}

/// The studies that the paths name, each once, called by its system, or by its path where several are called
/// the same; none where no path names one. Throws InputError where only some do.
std::vector<NamedStudy> read_studies(const std::vector<std::filesystem::path>& paths) {
  std::vector<NamedStudy> studies;
  std::set<std::filesystem::path> seen;
  std::string other;
  for (const std::filesystem::path& path : paths) {
    const auto file = find_study_file(path);
    if (!file) {
      other = path.string();
    } else if (seen.insert(weakly_canonical(*file)).second) {
      studies.push_back({.name = path.generic_string(), .study = read_study_file(*file)});
    }
  }
  if (!studies.empty() && !other.empty())
    throw InputError("no study.json is there, though another path names one", other,
                     "compare studies with studies, and result logs with result logs");
  for (NamedStudy& named : studies) {
    const auto alike = [&](const NamedStudy& one) { return one.study.system == named.study.system; };
    if (std::ranges::count_if(studies, alike) == 1) named.name = named.study.system;
  }
  return studies;
}

int compare_named(std::vector<NamedStudy> studies, const CompareArguments& arguments) {
  if (!arguments.joins.empty())
    throw InputError("--join: studies have no organisations to join", "command line",
                     "leave it out, or see tessera compare --help");
  const StudyComparison comparison = compare_studies(std::move(studies), arguments.base);
  report(arguments, comparison, html_study_report);
  const auto measured = [](const NamedStudy& named) {
    return std::ranges::any_of(named.study.points,
                               [](const StudyPoint& point) { return point.measurement.has_value(); });
  };
  return std::ranges::all_of(comparison.studies, measured) ? 0 : 1;
}

/// Whether each set has a time or a throughput to compare it by.
bool all_have_rates(const Comparison& comparison) {
  return std::all_of(comparison.groups.begin(), comparison.groups.end(), [](const ComparedGroup& group) {
    return std::all_of(group.standings.begin(), group.standings.end(),
                       [](const Standing& standing) { return standing.rate().has_value(); });
  });
}

// The files are one rank's work; the others wait for what it found.
int run(const CompareArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] {
    if (std::vector<NamedStudy> studies = read_studies(arguments.paths); !studies.empty())
      return compare_named(std::move(studies), arguments);
    const JoinedOrganisations joined(arguments.joins);
    const Comparison comparison =
        compare(read_compared_sets(arguments.paths, Round::V3_0), arguments.base, joined);
    report(arguments, comparison, html_report);
    return all_have_rates(comparison) ? 0 : 1;
  });
}

}  // namespace

void add_compare(CommandSyntax program) {
  const auto arguments = std::make_shared<CompareArguments>();
  const CommandSyntax command =
      program.command("compare", "systems side by side: time to solution, scaling, settings");
  command
      .option("path", arguments->paths,
              "directories of result logs or of runs, or directories that hold such, as whole rounds; or "
              "studies: "
              "study.json, or directories that hold one")
      .required();
  command.option(
      "--base", arguments->base,
      "the system to compare with, by name or directory; the slowest if not given, of studies the first");
  command
      .option("--join", arguments->joins,
              "A,B=NAME: organisations that share a system, whose sizes are then held against each other")
      .repeatable();
  command.option("--html", arguments->html, "draw the comparison in this file, for any browser");
  command.flag("--json", arguments->json, "print the comparison as JSON");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
