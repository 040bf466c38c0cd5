#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/commands/step_timeout.hpp"
#include "harness/commands/time_limit.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/run/automatic_resume.hpp"
#include "harness/run/training_run.hpp"
#include "harness/train/step_dump.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

struct TrainArguments {
  std::string config, split, output, dump_step;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> max_epochs;
  std::string resume, time_limit;
  std::optional<std::string> stage_dir;
  std::string stage_plan;  // empty: what fits data.shuffle
  std::vector<std::string> overrides;
  bool no_progress = false, no_self_check = false, allow_element_change = false;
  StepTimeout step_timeout;
  EnergyRequest energy;
};

// What the command line says beside the file.
void apply(const TrainArguments& arguments, Config& config) {
  if (!arguments.output.empty()) config.output_dir = arguments.output;
  if (config.output_dir.empty() && arguments.dump_step.empty())
    throw InputError("no output directory is named", config.source,
                     "give --output DIR, or output_dir in the file");
  if (arguments.allow_element_change && arguments.resume.empty())
    throw InputError("--allow-element-change is given without --resume", "--allow-element-change",
                     "give --resume, or leave it out");
  if (arguments.max_epochs) config.data.n_epochs = *arguments.max_epochs;
  if (arguments.seed) config.train.seed = static_cast<std::int64_t>(*arguments.seed);
}

// Where and how the data set is staged; nothing is where nobody asks for it.
void apply_staging(const TrainArguments& arguments, const Config& config, TrainingRun::Options& options) {
  if (!arguments.stage_dir) {
    if (!arguments.stage_plan.empty())
      throw InputError("--stage-plan is given without --stage-dir", "--stage-plan", "give --stage-dir DIR");
    return;
  }
  const char* usual = config.data.shuffle == Shuffle::Local ? "shard" : "replicate";
  options.staging_plan = staging_plan_named(arguments.stage_plan.empty() ? usual : arguments.stage_plan);
  const std::filesystem::path source = std::filesystem::path(config.data.data_dir) / "";
  options.stage_to = arguments.stage_dir->empty()
                         ? node_local_directory(source.parent_path().filename().string())
                         : std::filesystem::path(*arguments.stage_dir);
  if (options.staging_plan == StagingPlan::Shard && config.data.shuffle != Shuffle::Local)
    throw InputError(
        "the plan shard leaves each node only the samples that its replicas draw with "
        "data.shuffle: local, and it is global",
        config.where("data.shuffle"), "set data.shuffle to local, or stage by another plan");
}

int run(const TrainArguments& arguments, const Communicator& world) {
  const auto watch = watch_waits(world, arguments.step_timeout);
  Config config = broadcast_config(world, arguments.config, arguments.overrides);
  all_or_none(world, [&] { apply(arguments, config); });
  const auto seed = static_cast<std::uint64_t>(config.train.seed);
  if (!arguments.dump_step.empty())
    return dump_step(world, config, {seed, arguments.split}, arguments.dump_step);
  const bool automatic = arguments.resume == "auto";
  const std::optional<std::string> resume =
      automatic ? automatic_resume(world, config.output_dir) : std::optional(arguments.resume);
  if (!resume) return 0;
  TrainingRun::Options options{.seed = seed,
                               .split = arguments.split,
                               .output = config.output_dir,
                               .max_epochs = config.data.n_epochs,
                               .time_limit = shared_time_limit(world, arguments.time_limit),
                               .resume = *resume,
                               .replaces_failed = automatic,
                               .allow_element_change = arguments.allow_element_change,
                               .show_progress = !arguments.no_progress,
                               .self_check = !arguments.no_self_check,
                               .energy = arguments.energy};
  all_or_none(world, [&] { apply_staging(arguments, config, options); });
  TrainingRun training(world, config, std::move(options));
  return training.run();
}

}  // namespace

void add_train(CommandSyntax program) {
  const CommandSyntax command =
      program.command("train", "train one workload to its target; under mpiexec, on all ranks");
  const auto arguments = std::make_shared<TrainArguments>();
  command.option("CONFIG", arguments->config, "YAML file, as in harness/configs").required();
  command.option("--output", arguments->output,
                 "directory for result.txt, run.json, history.csv, checkpoint.h5");
  command.option("--split", arguments->split,
                 "parts of each sample along its axes, outermost first, a rank each: 4x1; the rest of "
                 "the ranks makes replicas");
  command.option("--seed", arguments->seed, "of weights, order, augmentation and dropout");
  command.option("--max-epochs", arguments->max_epochs, "give up after so many").at_least_one();
  command.option(
      "--time-limit", arguments->time_limit,
      "SECONDS or H:MM:SS from the start of the program: ends the run at the first step past it, with "
      "a checkpoint and exit code 75; job: what the Slurm job has left, less a minute");
  add_step_timeout(command, arguments->step_timeout);
  command.flag(
      "--resume{checkpoint.h5}", arguments->resume,
      "go on in the output directory of an interrupted run, from its last checkpoint; the one before: "
      "--resume=checkpoint-previous.h5; --resume=auto begins the run, goes on with it, or, where it is "
      "finished, does nothing");
  command.flag("--allow-element-change", arguments->allow_element_change,
               "with --resume: go on in another compute.element than the interrupted run, float32 or bf16");
  add_overrides(command, arguments->overrides);
  add_overlap(command, arguments->overrides);
  command.option("--dump-step", arguments->dump_step,
                 "FILE.h5: writes batch, parameters, prediction, loss and gradients of the first step "
                 "there and ends, without an output directory");
  command
      .option_for(
          "--stage-dir", [arguments](const std::string& directory) { arguments->stage_dir = directory; },
          "stage the data set to this directory, local to each node, and train from there; alone: to a "
          "directory in $SLURM_TMPDIR, else in $TMPDIR")
      .may_be_empty()
      .may_differ();
  command.option("--stage-plan", arguments->stage_plan,
                 "replicate, shard or slab, see tessera stage; shard by default where data.shuffle is local, "
                 "else replicate");
  command.flag("--no-self-check", arguments->no_self_check,
               "don't hold the kernels of the network to the reference on this machine before the run");
  command
      .option("--energy", arguments->energy.by,
              "auto: measure the energy of the run by Cray's pm_counters or RAPL; COMMAND: by a program, run "
              "once a node, that prints lines \"<unix seconds> <watts>\" of all of it; writes power logs")
      .shows_default();
  command.option("--energy-root", arguments->energy.root, "where the counters are looked for")
      .shows_default();
  command.flag("--no-progress", arguments->no_progress, "no redrawn line, even on a terminal");
  command.runs_until_stopped([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
