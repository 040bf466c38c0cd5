#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"
#include "results/score/score_report.hpp"

namespace tessera {
namespace {

struct ScoreArguments {
  std::vector<std::filesystem::path> paths;
  std::string round = "3.0", csv;  // csv: a path, "-" or empty
  bool json = false;
};

void report_scores(const ScoreArguments& arguments, const std::vector<ScoredSet>& sets) {
  if (arguments.json) {
    std::cout << json_text(to_json(sets));
  } else if (arguments.csv == "-") {
    print_csv(std::cout, sets);
  } else {
    print(std::cout, sets);
    std::cout << to_string(figures_of(sets));
  }
  flush_or_throw(std::cout, "the scores");
}

int run(const ScoreArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] {
    if (arguments.json && arguments.csv == "-")
      throw InputError("--csv: --json is printed there: name a file", "command line",
                       "see tessera score --help");
    const std::vector<ScoredSet> sets = score_paths(arguments.paths, *find_round(arguments.round));
    if (!arguments.csv.empty() && arguments.csv != "-") {
      std::ostringstream csv;
      print_csv(csv, sets);
      write_whole_file(arguments.csv, csv.str());
    }
    report_scores(arguments, sets);
    const auto scored = [](const ScoredSet& set) { return set.score.scored(); };
    return std::all_of(sets.begin(), sets.end(), scored) ? 0 : 1;
  });
}

}  // namespace

void add_score(CommandSyntax program) {
  const auto arguments = std::make_shared<ScoreArguments>();
  const CommandSyntax command = program.command("score", "time to solution or throughput of run sets");
  command
      .option("path", arguments->paths,
              "directories of result logs or of runs, or directories that hold such, as whole rounds")
      .required();
  command.option("--round", arguments->round, "whose rules and reference convergence points: 1.0, 2.0 or 3.0")
      .shows_default()
      .one_of({"1.0", "2.0", "3.0"});
  command.option("--csv", arguments->csv, "write a table as CSV to this file; -: print it");
  command.flag("--json", arguments->json, "print the scores as JSON");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
