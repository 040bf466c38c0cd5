#include "harness/campaign/campaign.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/campaign/launcher.hpp"
#include "harness/campaign/verdict.hpp"
#include "harness/commands/command.hpp"
#include "harness/config/config.hpp"
#include "harness/config/config_file.hpp"
#include "harness/process/child_process.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "results/check/benchmark.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct CampaignArguments {
  Campaign campaign;
  std::string split, energy, round = "3.0";
  std::optional<std::int64_t> max_epochs;
  std::vector<std::string> overrides;
};

Campaign campaign_of(const CampaignArguments& arguments, const Config& config) {
  Campaign campaign = arguments.campaign;
  campaign.configuration = to_json(config);
  campaign.program = fs::read_symlink("/proc/self/exe").string();
  campaign.launcher = launcher_called(campaign.launcher, campaign.models, campaign.ranks);
  auto& options = campaign.train_options;
  if (!arguments.split.empty()) options.insert(options.end(), {"--split", arguments.split});
  if (arguments.max_epochs)
    options.insert(options.end(), {"--max-epochs", std::to_string(*arguments.max_epochs)});
  if (!arguments.energy.empty()) options.insert(options.end(), {"--energy", arguments.energy});
  if (!arguments.energy.empty() && campaign.models > 1)
    throw InputError("--energy is given for models side by side, which may share nodes", "command line",
                     "measure runs one after another");
  for (const std::string& override : arguments.overrides) options.insert(options.end(), {"--set", override});
  if (campaign.models > campaign.runs)
    throw InputError(fmt::format("{} models side by side, of {} runs", campaign.models, campaign.runs),
                     "command line", "give as many --runs at least as --models");
  return campaign;
}

int run(const CampaignArguments& arguments, const Communicator& world) {
  int code = 0;
  all_or_none(world, [&] {
    if (world.size() > 1 || is_under_mpi_launcher(environ))
      throw InputError("a campaign starts its runs under a launcher by itself", "mpiexec, or its like",
                       "call `tessera campaign` without one, and say by --launcher which it shall use");
    const Config config = load_config(config_file(arguments.campaign.config), arguments.overrides);
    const Campaign campaign = campaign_of(arguments, config);
    code = run_campaign(campaign, [](const std::string& line) { std::cout << line << std::endl; });
    const bool own = benchmarks().find(config.mlperf.logged_as) == nullptr;
    if (code == 0)
      code = judge_campaign(campaign.output, {.round = *find_round(arguments.round), .own = own}, std::cout);
  });
  return code;
}

}  // namespace

void add_campaign(CommandSyntax program) {
  const auto arguments = std::make_shared<CampaignArguments>();
  Campaign& campaign = arguments->campaign;
  const CommandSyntax command = program.command(
      "campaign", "train a set of runs of different seeds, then check and score it; not under mpiexec");
  command.option("CONFIG", campaign.config, "YAML file, as for `train`").required();
  command.option("--runs", campaign.runs, "how many").required().at_least_one();
  command
      .option("--output", campaign.output,
              "directory for run_1, run_2, ...; one with runs of the same "
              "campaign goes on")
      .required();
  command.option("--ranks", campaign.ranks, "of each run").shows_default().at_least_one();
  command.option("--models", campaign.models, "how many runs side by side, for throughput")
      .shows_default()
      .at_least_one();
  command.option("--seed", campaign.first_seed, "of the first run; the others have those that follow")
      .shows_default();
  command
      .option("--launcher", campaign.launcher,
              "words that start a run, with {ranks} for their number; slurm: srun, as fits MPI, --models and "
              "the job; by default MPI's own launcher")
      .verbatim();
  command.option("--split", arguments->split, "as of `train`");
  command.option("--max-epochs", arguments->max_epochs, "as of `train`").at_least_one();
  command.option("--energy", arguments->energy, "as of `train`");
  add_overrides(command, arguments->overrides);
  command.option("--round", arguments->round, "whose rules judge the logs: 1.0, 2.0 or 3.0")
      .shows_default()
      .one_of({"1.0", "2.0", "3.0"});
  command.runs_alone([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
