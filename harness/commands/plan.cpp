#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "harness/config/broadcast_config.hpp"
#include "harness/machine/threads.hpp"
#include "harness/plan/make_plan.hpp"
#include "harness/plan/plan_report.hpp"
#include "harness/process/flush_or_throw.hpp"
#include "parallel/uniform.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

struct PlanArguments {
  std::string config, split;
  std::vector<std::string> overrides;
  int ranks = 1;
  bool json = false;
};

int print_plan(const PlanArguments& arguments, const Communicator& world) {
  const Config config = broadcast_config(world, arguments.config, arguments.overrides);
  set_up_threads(world, config.compute.fixed_threads());  // the kernels' scratch depends on them
  all_or_none(world, [&] {
    if (world.rank() != 0) return;
    const RunPlan plan = make_plan(config, arguments.ranks, arguments.split);
    std::cout << (arguments.json ? json_text(to_json(plan)) : to_string(plan));
    flush_or_throw(std::cout, "the plan");
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
  command.runs_alone([arguments](const Communicator& world) { return print_plan(*arguments, world); });
}

}  // namespace tessera
