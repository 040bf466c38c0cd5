#include <fmt/core.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/step_timeout.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/datasets/staging.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/process/stopped_work.hpp"
#include "io/staging/staging_directory.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct StageArguments {
  fs::path source, directory;
  std::string plan = "replicate", config, split;
  std::vector<std::string> overrides;
  bool shared = false, clean = false, json = false;
  StepTimeout step_timeout;
};

void check(const StageArguments& arguments) {
  const StagingPlan plan = staging_plan_named(arguments.plan);
  if (!arguments.config.empty()) return;
  if (plan == StagingPlan::Slab)
    throw InputError("the plan slab needs the network, whose margins the boxes have", "tessera stage",
                     "give --config CONFIG.yaml and --split as the run will have them");
  if (!arguments.split.empty() || !arguments.overrides.empty())
    throw InputError("--split and --set belong to a configuration, and none is named", "tessera stage",
                     "give --config CONFIG.yaml as the run will have it");
}

// Without a configuration each rank is a replica, and all samples are used.
Staging staging_of(const StageArguments& arguments, const Communicator& world,
                   std::unique_ptr<ProcessGrid>& grid) {
  StagingRequest request;
  request.plan = staging_plan_named(arguments.plan);
  if (arguments.config.empty()) {
    grid = std::make_unique<ProcessGrid>(world, GridDims{.replicas = world.size()});
  } else {
    const Config config = broadcast_config(world, arguments.config, arguments.overrides);
    RunLayout layout;
    all_or_none(world, [&] {
      layout = lay_out(config, static_cast<std::uint64_t>(config.train.seed), arguments.split, world.size());
    });
    grid = std::make_unique<ProcessGrid>(world, layout.grid);
    all_or_none(world, [&] {
      request = staging_request(config, *layout.workload, layout.workload->graph(1), *grid, request.plan);
    });
  }
  request.source = arguments.source;
  request.shared = arguments.shared;
  all_or_none(world, [&] {
    request.directory = arguments.directory.empty()
                            ? node_local_directory((arguments.source / "").parent_path().filename().string())
                            : arguments.directory;
  });
  return Staging(*grid, std::move(request));
}

int stage(const StageArguments& arguments, const Communicator& world) {
  all_or_none(world, [&] { check(arguments); });
  std::unique_ptr<ProcessGrid> grid;
  Staging staging = staging_of(arguments, world, grid);
  const std::optional<StagingSummary> staged = staging.run([] { return StopSignals::received() != 0; });
  if (!staged) return end_of_stopped_work(world);
  const StagingSummary& summary = *staged;
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    if (arguments.json)
      std::cout << json_text(to_json(summary, staging.directory()));
    else
      std::cout << staging.directory().string() << ": " << to_string(summary) << '\n';
    flush_or_throw(std::cout, "what was staged");
  });
  return 0;
}

int clean(const StageArguments& arguments, const Communicator& world) {
  const ProcessGrid grid(world, {.replicas = world.size()});
  const Communicator node = grid.node_group();
  all_or_none(world, [&] {
    if (!arguments.directory.empty())
      throw InputError("--clean takes the one directory to clean", arguments.directory.string(),
                       "give tessera stage --clean DST");
    if (node.rank() != 0) return;
    const std::int64_t removed = clean_staging(arguments.source, slurm_job_has_ended);
    if (world.rank() != 0) return;
    std::cout << fmt::format("{}: {} staged files removed\n", arguments.source.string(), removed);
    flush_or_throw(std::cout, "what was removed");
  });
  return 0;
}

}  // namespace

void add_stage(CommandSyntax program) {
  const CommandSyntax command = program.command(
      "stage", "copy to each node what its ranks will read, verified; under mpiexec, on all ranks");
  const auto arguments = std::make_shared<StageArguments>();
  command.option("SRC", arguments->source, "data set; with --clean, the directory to clean").required();
  command
      .option("DST", arguments->directory,
              "directory local to the node; when not given, SRC's name in $SLURM_TMPDIR, else in $TMPDIR")
      .may_differ();
  command
      .option("--plan", arguments->plan,
              "replicate: every node all; shard: each node the samples that its replicas draw with "
              "data.shuffle local; slab: of these samples the boxes that its ranks read")
      .shows_default();
  command.option("--config", arguments->config, "the run's YAML file: numbers of samples, shuffle, network");
  command.option("--split", arguments->split, "the run's split, such as 4x1");
  add_overrides(command, arguments->overrides);
  const OptionSyntax shared =
      command.flag("--shared", arguments->shared, "all nodes see DST, and stage to it together");
  command.flag("--json", arguments->json, "print it as JSON");
  command.flag("--clean", arguments->clean, "remove all that was staged to this directory").excludes(shared);
  add_step_timeout(command, arguments->step_timeout);
  command.runs_until_stopped([arguments](const Communicator& world) {
    const auto watch = watch_waits(world, arguments->step_timeout);
    return arguments->clean ? clean(*arguments, world) : stage(*arguments, world);
  });
}

}  // namespace tessera
