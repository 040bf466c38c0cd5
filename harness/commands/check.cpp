#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "models/base/error.hpp"
#include "submissions/package_check.hpp"

namespace tessera {
namespace {

struct CheckArguments {
  std::vector<std::filesystem::path> paths;
  std::string round, division;  // division empty: the log's own
  bool json = false;
};

// The logs are one rank's work; the others wait for what it found.
int run(const CheckArguments& arguments, const Communicator& world) {
  return on_first_rank(world, [&] {
    const CheckOptions options{*find_round(arguments.round), find_division(arguments.division)};
    const std::vector<Judged> judged = check_paths_and_packages(arguments.paths, options);
    const int code = report(judged, arguments.json, std::cout);
    if (!std::cout.flush()) {
      throw MachineError("the report can't be written", "standard output", "make room on its disk");
    }
    return code;
  });
}

}  // namespace

void add_check(CLI::App& app, Command& chosen) {
  const auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command =
      app.add_subcommand("check", "judge result logs and submission packages by the rules of MLPerf HPC");
  command
      ->add_option("path", arguments->paths,
                   "logs, directories that hold logs (result_*.txt, result.txt), submission packages")
      ->required();
  command->add_option("--round", arguments->round, "whose rules: 1.0, 2.0 or 3.0")
      ->default_val("3.0")
      ->check(CLI::IsMember({"1.0", "2.0", "3.0"}));
  command
      ->add_option("--division", arguments->division,
                   "judge by the rules of this division, whatever the log says")
      ->check(CLI::IsMember({"closed", "open"}));
  command->add_flag("--json", arguments->json, "print the verdicts as JSON");
  command->callback([arguments, &chosen] {
    chosen = [arguments](const Communicator& world) { return run(*arguments, world); };
  });
}

}  // namespace tessera
