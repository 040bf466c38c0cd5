#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/plan/split.hpp"
#include "harness/predict/best_layout.hpp"
#include "harness/predict/prediction_report.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "models/base/error.hpp"
#include "parallel/uniform.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

struct PredictArguments {
  std::string config, machine, split;
  std::vector<std::string> overrides;
  int ranks = 1;
  std::optional<std::int64_t> batch, global_batch;
  std::optional<std::int64_t> epochs;
  bool best = false, json = false;
};

BatchSize batch_of(const PredictArguments& arguments, const Config& config, int replicas) {
  if (arguments.batch) return {*arguments.batch * replicas, *arguments.batch, 1};
  if (!arguments.global_batch) return batch_of_step(config, replicas);
  Config with_batch = config;
  with_batch.data.batch_size.reset();
  with_batch.data.global_batch_size = arguments.global_batch;
  with_batch.origins["data.global_batch_size"] = "--global-batch";
  return batch_of_step(with_batch, replicas);
}

std::vector<Prediction> predicted(const PredictArguments& arguments, const PerformanceModel& model,
                                  const MachineDescription& machine) {
  if (arguments.best) {
    const std::optional<std::int64_t> of_config = model.config().data.global_batch_size;
    return best_layouts(model, machine,
                        {.ranks = arguments.ranks,
                         .global_batch = arguments.global_batch ? arguments.global_batch : of_config});
  }
  const GridDims grid = grid_of(arguments.split, arguments.ranks, model.workload().graph(1));
  Prediction prediction = model.predict(machine, grid, batch_of(arguments, model.config(), grid.replicas));
  model.add_scratch(prediction, machine);
  return {prediction};
}

int print_prediction(const PredictArguments& arguments, const Communicator& world) {
  const Config config = broadcast_config(world, arguments.config, arguments.overrides);
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    const MachineDescription machine = load_machine(arguments.machine);
    const PerformanceModel model(config);
    PredictionReport report{
        machine.name, config.source, machine.framework.name, predicted(arguments, model, machine), {}, {}};
    if (arguments.epochs) report.epochs = static_cast<double>(*arguments.epochs);
    if (report.epochs)
      for (const Prediction& layout : report.layouts)
        report.solution_seconds.push_back(model.solution_seconds(layout, *report.epochs));
    std::cout << (arguments.json ? json_text(to_json(report)) : to_string(report));
    flush_or_throw(std::cout, "the prediction");
  });
  return 0;
}

}  // namespace

void add_predict(CommandSyntax program) {
  const CommandSyntax command = program.command(
      "predict", "what a step takes on many ranks of a machine that is described in a file; started on one");
  const auto arguments = std::make_shared<PredictArguments>();
  command.option("CONFIG", arguments->config, "YAML file, as in harness/configs").required();
  command.option("--machine", arguments->machine, "YAML file, or the name of one in harness/machines")
      .required();
  command.option("--ranks", arguments->ranks, "ranks of the run")
      .at_least_one(std::numeric_limits<int>::max())
      .shows_default();
  const OptionSyntax split = command.option(
      "--split", arguments->split, "parts of each sample along its axes, outermost first, a rank each: 4x1");
  const OptionSyntax batch =
      command.option("--batch", arguments->batch, "samples a replica and step, in one pass").at_least_one();
  command
      .option("--global-batch", arguments->global_batch,
              "samples a step of all replicas; without either, the configuration's")
      .at_least_one()
      .excludes(batch);
  command.flag("--best", arguments->best, "the fastest split and replicas that fit the ranks' memory")
      .excludes(split)
      .excludes(batch);
  command.option("--epochs", arguments->epochs, "to the target: says the time to solution").at_least_one();
  add_overrides(command, arguments->overrides);
  add_overlap(command, arguments->overrides);
  command.flag("--json", arguments->json, "as JSON");
  command.runs_alone([arguments](const Communicator& world) { return print_prediction(*arguments, world); });
}

}  // namespace tessera
