#include "submissions/package.hpp"

#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/on_first_rank.hpp"
#include "harness/commands/system_text.hpp"
#include "harness/machine/system_probe.hpp"
#include "harness/machine/versions.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct PackageArguments {
  std::vector<fs::path> strong, weak;
  std::string organisation, round = "3.0";
  fs::path system, implementation, output;
  bool pruned = false, json = false;
};

// A description as `tessera system` writes it, or what it is made from: a user's YAML.
SystemDescription system_at(const fs::path& file, int nodes) {
  if (file.extension() != ".yaml" && file.extension() != ".yml") return read_system_description(file);
  SystemDescription system = detected_system(probe_system(), nodes);
  apply_user_fields(system, read_whole_file(file), file.string());
  return system;
}

std::string notes() {
  return fmt::format(
      "The logs were written by Tessera, an independent implementation; they are MLPerf-style results.\n\n"
      "{}\n\nThe configuration of each run is in its run.json.\n",
      to_string(versions()));
}

void check_implementation(const fs::path& path) {
  if (!path.empty() && !fs::exists(path))
    throw InputError("there is no such implementation", path.string(), "name a file or directory");
}

int package(const PackageArguments& arguments, int nodes) {
  if (arguments.strong.empty() && arguments.weak.empty())
    throw InputError("no runs are named", "command line", "name directories of runs, or logs");
  check_implementation(arguments.implementation);
  const std::vector<Judged> judged = write_package({.organisation = arguments.organisation,
                                                    .system = system_at(arguments.system, nodes),
                                                    .strong = logs_at(arguments.strong),
                                                    .weak = logs_at(arguments.weak),
                                                    .implementation = arguments.implementation,
                                                    .notes = notes(),
                                                    .prune_seeds = arguments.pruned},
                                                   arguments.output, {*find_round(arguments.round), {}});
  const bool written = judged.back().verdict.compliant();
  report(judged, arguments.json, std::cout);
  flush_or_throw(std::cout, "the report");
  fmt::print(std::cerr, "{}: {}\n", judged.back().path,
             written ? "the package is written" : "NOT written, since the package wouldn't pass");
  return written ? 0 : 1;
}

int run(const PackageArguments& arguments, const Communicator& world) {
  const int nodes = nodes_of(world);
  return on_first_rank(world, [&] { return package(arguments, nodes); });
}

}  // namespace

void add_package(CommandSyntax program) {
  const auto arguments = std::make_shared<PackageArguments>();
  const CommandSyntax command =
      program.command("package", "write the directory of a submission, if it passes `check`");
  command.option("RUNS", arguments->strong,
                 "strong scaling: logs, directories of runs, or directories that hold such");
  command.option("--weak", arguments->weak, "weak scaling: the same");
  command.flag("--pruned", arguments->pruned,
               "put weak logs with the seed of an earlier one into pruned_results/, where they don't count");
  command.option("--org", arguments->organisation, "organisation that submits; names the package").required();
  command
      .option("--system", arguments->system,
              "system description: JSON, or the YAML file that `tessera system --user` reads")
      .required();
  command.option("--implementation", arguments->implementation,
                 "file or directory that goes into benchmarks/BENCHMARK/implementations/tessera");
  command.option("--output", arguments->output, "directory to write the package into").required();
  command.option("--round", arguments->round, "whose rules: 1.0, 2.0 or 3.0")
      .shows_default()
      .one_of({"1.0", "2.0", "3.0"});
  command.flag("--json", arguments->json, "print the verdicts as JSON");
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
