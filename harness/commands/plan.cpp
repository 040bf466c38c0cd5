#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/config/shared_config.hpp"
#include "harness/machine/threads.hpp"
#include "harness/plan/plan_report.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/workloads/make_kernels.hpp"
#include "parallel/uniform.hpp"

namespace tessera {
namespace {

struct PlanArguments {
  std::string config, split;
  std::vector<std::string> overrides;
  int ranks = 1;
  bool json = false;
};

RunPlan plan_run(const Config& config, int ranks, const std::string& split) {
  const RunLayout layout = lay_out(config, 0, split, ranks);
  const Workload& workload = *layout.workload;
  RunPlan plan;
  plan.batch = layout.batch;
  // Those of a trainer: the loaders of training and validation, and the synthetic one of the warm-up.
  plan.input_batches = 2 * (config.data.prefetch + 1) + 1;
  const Graph graph = workload.graph(plan.batch.replica);
  ParameterStore parameters(graph.parameters(), config.compute.element);
  plan.optimizer_bytes = workload.make_optimizer(parameters)->state().size() * parameters.trained_bytes();
  plan.partition =
      plan_partition(graph, layout.grid, *make_kernels(config.compute), parameters, config.compute.overlap);
  return plan;
}

int run_plan(const PlanArguments& arguments, const Communicator& world) {
  const Config config = shared_config(world, arguments.config, arguments.overrides);
  set_up_threads(world, config.compute.fixed_threads());  // the kernels' scratch depends on them
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    const RunPlan plan = plan_run(config, arguments.ranks, arguments.split);
    std::cout << (arguments.json ? to_json(plan).dump(2) + "\n" : to_string(plan)) << std::flush;
  });
  return 0;
}

}  // namespace

void add_plan(CommandSyntax program) {
  const CommandSyntax command = program.command(
      "plan", "who owns, sends, computes and holds what in a run on many ranks; started on one");
  const auto arguments = std::make_shared<PlanArguments>();
  command.option("CONFIG", arguments->config, "YAML file, as in harness/configs").required();
  command.option("--ranks", arguments->ranks, "ranks of the run")
      .at_least_one(std::numeric_limits<int>::max())
      .shows_default();
  command.option("--split", arguments->split,
                 "parts of each sample along its axes, outermost first, a rank each: 4x1");
  add_overrides(command, arguments->overrides);
  add_overlap(command, arguments->overrides);
  command.flag("--json", arguments->json, "as JSON");
  command.runs([arguments](const Communicator& world) { return run_plan(*arguments, world); });
}

}  // namespace tessera
