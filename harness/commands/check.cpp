#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "submissions/check_paths.hpp"

namespace tessera {
namespace {

struct CheckArguments {
  std::vector<std::filesystem::path> paths;
  std::string round = "3.0", division;  // division empty: the log's own
  bool own = false, json = false;
};

// The logs are one rank's work; the others wait for what it found.
int run(const CheckArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] {
    const CheckOptions options{.round = *find_round(arguments.round),
                               .division = find_division(arguments.division),
                               .own = arguments.own};
    const std::vector<Judged> judged = arguments.own ? check_paths(arguments.paths, options)
                                                     : check_paths_and_packages(arguments.paths, options);
    if (!arguments.json) require_logs(judged);
    const int code = report(judged, arguments.json, std::cout);
    flush_or_throw(std::cout, "the report");
    require_logs(judged);
    return code;
  });
}

}  // namespace

void add_check(CommandSyntax program) {
  const auto arguments = std::make_shared<CheckArguments>();
  const CommandSyntax command =
      program.command("check", "judge result logs and submission packages by the rules of MLPerf HPC");
  command
      .option("path", arguments->paths,
              "logs, directories that hold logs (result_*.txt, result.txt), submission packages")
      .required();
  command.option("--round", arguments->round, "whose rules: 1.0, 2.0 or 3.0")
      .shows_default()
      .one_of({"1.0", "2.0", "3.0"});
  const OptionSyntax division = command
                                    .option("--division", arguments->division,
                                            "judge by the rules of this division, whatever the log says")
                                    .one_of({"closed", "open"});
  command
      .flag(
          "--own", arguments->own,
          "judge logs of networks of one's own: by the rules that all benchmarks share, and their own target")
      .excludes(division);
  command.flag("--json", arguments->json, "print the verdicts as JSON");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
