#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/campaign/launcher.hpp"
#include "harness/commands/command.hpp"
#include "harness/commands/time_limit.hpp"
#include "harness/config/config_file.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/process/child_process.hpp"
#include "harness/tune/tuning.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

struct TuneArguments {
  Tuning tuning;
  std::string space, split, time_budget;
  std::optional<std::int64_t> max_epochs, random;
  std::int64_t eta = 3;
  std::vector<std::string> overrides;
};

ConfigNode tree_with_overrides(const std::string& yaml, const std::string& source,
                               const std::vector<std::string>& overrides) {
  ConfigNode tree = parse_tree(yaml, source);
  for (const std::string& assignment : overrides) apply_override(tree, assignment);
  return tree;
}

TunedMetric metric_of(const Workload& workload) {
  return {.name = workload.metric_name(),
          .target = workload.target(),
          .higher_is_better = workload.reached(std::numeric_limits<double>::max())};
}

Tuning tuning_of(const TuneArguments& arguments) {
  Tuning tuning = arguments.tuning;
  const std::string file = config_file(tuning.config), yaml = read_whole_file(file);
  const Config config = parse_config(yaml, file, arguments.overrides);
  tuning.configuration = to_json(config);
  tuning.tree = tree_with_overrides(yaml, file, arguments.overrides);
  tuning.space = parse_space(read_whole_file(arguments.space), arguments.space, config, tuning.tree);
  tuning.metric = metric_of(*lay_out(config, tuning.seed, arguments.split, tuning.ranks).workload);
  const std::int64_t epochs = arguments.max_epochs.value_or(config.data.n_epochs);
  if (arguments.random) {
    tuning.brackets = random_search(*arguments.random, epochs);
  } else {
    tuning.brackets = hyperband(epochs, arguments.eta);
    tuning.eta = arguments.eta;
  }
  if (!arguments.time_budget.empty())
    tuning.time_budget = time_limit_of(arguments.time_budget, "--time-budget");
  tuning.program = std::filesystem::read_symlink("/proc/self/exe").string();
  tuning.launcher = launcher_called(tuning.launcher, tuning.models, tuning.ranks);
  auto& options = tuning.train_options;
  if (!arguments.split.empty()) options.insert(options.end(), {"--split", arguments.split});
  for (const std::string& override : arguments.overrides) options.insert(options.end(), {"--set", override});
  return tuning;
}

int run(const TuneArguments& arguments, const Communicator& world) {
  int code = 0;
  all_or_none(world, [&] {
    if (world.size() > 1 || is_under_mpi_launcher(environ))
      throw InputError("a search starts its trials under a launcher by itself", "mpiexec, or its like",
                       "call `tessera tune` without one, and say by --launcher which it shall use");
    code = run_tuning(tuning_of(arguments), [](const std::string& line) { std::cout << line << std::endl; });
  });
  return code;
}

}  // namespace

void add_tune(CommandSyntax program) {
  const auto arguments = std::make_shared<TuneArguments>();
  Tuning& tuning = arguments->tuning;
  const CommandSyntax command = program.command(
      "tune", "search for settings by Hyperband or at random, trial after trial; not under mpiexec");
  command.option("CONFIG", tuning.config, "YAML file, as for `train`").required();
  command
      .option(
          "--space", arguments->space,
          "YAML file, a line a key: `lr_schedule.lr: {log_uniform: [1e-4, 1e-1]}`, or uniform, {integer: "
          "[8, 32], step: 4}, {choice: [32, 64]}; of a list by number, from 1: model.layers.2.dense.units")
      .required();
  command
      .option("--output", tuning.output,
              "directory for trial_1, trial_2, ..., tune.json, tune.html and best.yaml; one with the same "
              "search goes on")
      .required();
  command
      .option("--max-epochs", arguments->max_epochs,
              "the most that a trial is trained, R of Hyperband; by default data.n_epochs")
      .at_least_one();
  const OptionSyntax eta =
      command
          .option("--eta", arguments->eta,
                  "of Hyperband: one in so many trials goes on to so many times the epochs")
          .shows_default();
  command
      .option("--random", arguments->random,
              "random search in place of Hyperband: so many trials, each trained for --max-epochs")
      .at_least_one()
      .excludes(eta);
  command.option("--time-budget", arguments->time_budget,
                 "SECONDS or H:MM:SS, of all calls together: then the search ends with the best so far; with "
                 "more it goes on");
  command.option("--seed", tuning.seed, "of the settings drawn, and of the training of every trial")
      .shows_default();
  command.option("--ranks", tuning.ranks, "of each trial").shows_default().at_least_one();
  command.option("--models", tuning.models, "how many trials side by side").shows_default().at_least_one();
  command.option("--launcher", tuning.launcher, "as of `campaign`").verbatim();
  command.option("--split", arguments->split, "as of `train`");
  add_overrides(command, arguments->overrides);
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
