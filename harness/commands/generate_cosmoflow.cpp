#include <memory>
#include <optional>
#include <string>

#include "harness/commands/command.hpp"
#include "harness/commands/generate_directory.hpp"
#include "io/cosmoflow/cosmoflow_generator.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct UniverseArguments {
  fs::path output;
  std::string suite = "multiscale";
  std::string initial_conditions;  // empty: what is usual for the size
  std::optional<int> lpt_order;
  std::optional<double> box_scale;
  CosmoflowRecipe recipe;
  StepTimeout step_timeout;
};

CosmoflowRecipe recipe_of(const UniverseArguments& arguments) {
  CosmoflowRecipe recipe = arguments.recipe;
  UniverseOptions& universe = recipe.universe;
  universe.suite = suite_named(arguments.suite);
  universe.initial_conditions = arguments.initial_conditions.empty()
                                    ? usual_initial_conditions(universe.size)
                                    : initial_conditions_named(arguments.initial_conditions);
  universe.lpt_order = arguments.lpt_order.value_or(usual_lpt_order(universe.size));
  universe.box_scale = arguments.box_scale.value_or(usual_box_scale(universe.suite, universe.size));
  return recipe;
}

std::string summary_text(const UniverseArguments& arguments, const CosmoflowManifest& manifest,
                         const std::string& how) {
  const CosmoflowRecipe& recipe = manifest.recipe;
  std::string statistics;
  for (std::size_t c = 0; c < manifest.statistics.mean.size(); ++c)
    statistics += fmt::format("{}{:.4f} ± {:.4f}", c == 0 ? "" : ", ", manifest.statistics.mean[c],
                              manifest.statistics.deviation[c]);
  return fmt::format(
      "{}: {} training and {} validation universes of {}^3, suite {}, {}\n  log(1 + count) by channel: {}\n",
      arguments.output.string(), recipe.train, recipe.validation, recipe.universe.size,
      to_string(recipe.universe.suite), how, statistics);
}

int run(const UniverseArguments& arguments, const Communicator& world) {
  CosmoflowRecipe recipe;
  return generate_directory<SampleSummary>(
      world, arguments.step_timeout, arguments.output, recipe, [&] { recipe = recipe_of(arguments); },
      read_cosmoflow_manifest,
      [&](const auto& manifest, const std::string& how) { return summary_text(arguments, manifest, how); });
}

}  // namespace

void add_generate_cosmoflow(CommandSyntax generate) {
  const CommandSyntax command = generate.command("cosmoflow", "universes, in the form of CosmoFlow's data");
  const auto arguments = std::make_shared<UniverseArguments>();
  CosmoflowRecipe& recipe = arguments->recipe;
  command.option("--output", arguments->output, "directory to make").required();
  command.option("--suite", arguments->suite, "what the four channels are: multiscale or redshifts")
      .shows_default();
  command.option("--size", recipe.universe.size, "cells an axis, even, 16 to 128").shows_default();
  command.option("--train", recipe.train, "training samples").shows_default();
  command.option("--validation", recipe.validation, "validation samples").shows_default();
  command.option("--seed", recipe.seed, "of everything random").shows_default();
  command.option("--initial-conditions", arguments->initial_conditions,
                 "fixed or gaussian (by default fixed at 16^3, gaussian above)");
  command.option("--lpt", arguments->lpt_order,
                 "order of perturbation theory, 1 or 2 (by default 2, but 1 at 128^3)");
  command.option("--box-scale", arguments->box_scale,
                 "factor on the boxes' lengths (by default 1, but of multiscale size/32 above 32^3)");
  add_step_timeout(command, arguments->step_timeout);
  command.runs([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
