#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "io/files/whole_file.hpp"
#include "results/compare/comparison_input.hpp"
#include "results/compare/comparison_json.hpp"
#include "results/compare/comparison_table.hpp"
#include "results/report/report.hpp"

namespace tessera {
namespace {

struct CompareArguments {
  std::vector<std::filesystem::path> paths;
  std::vector<std::string> joins;
  std::string base, html;  // html: a path, or empty
  bool json = false;
};

void report(const CompareArguments& arguments, const Comparison& comparison) {
  if (!arguments.html.empty()) write_whole_file(arguments.html, html_report(to_json(comparison)));
  if (arguments.json) {
    std::cout << to_json(comparison).dump(2, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    print(std::cout, comparison);
  }
  flush_or_throw(std::cout, "the comparison");
}

/// Whether each set has a time or a throughput to compare it by.
bool all_have_rates(const Comparison& comparison) {
  return std::all_of(comparison.groups.begin(), comparison.groups.end(), [](const ComparedGroup& group) {
    return std::all_of(group.standings.begin(), group.standings.end(),
                       [](const Standing& standing) { return standing.rate().has_value(); });
  });
}

// The logs are one rank's work; the others wait for what it found.
int run(const CompareArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] {
    const JoinedOrganisations joined(arguments.joins);
    const Comparison comparison =
        compare(read_compared_sets(arguments.paths, Round::V3_0), arguments.base, joined);
    report(arguments, comparison);
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
              "directories of result logs or of runs, or directories that hold such, as whole rounds")
      .required();
  command.option("--base", arguments->base,
                 "the system to compare with, by name or directory; the slowest if not given");
  command
      .option("--join", arguments->joins,
              "A,B=NAME: organisations that share a system, whose sizes are then held against each other")
      .repeatable();
  command.option("--html", arguments->html, "draw the comparison in this file, for any browser");
  command.flag("--json", arguments->json, "print the comparison as JSON");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
