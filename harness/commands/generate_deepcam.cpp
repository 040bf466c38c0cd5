#include <memory>
#include <string>

#include "harness/commands/command.hpp"
#include "harness/commands/generate_directory.hpp"
#include "io/deepcam/deepcam_generator.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct ClimateArguments {
  fs::path output;
  DeepcamRecipe recipe;
  StepTimeout step_timeout;
};

std::string summary_text(const ClimateArguments& arguments, const DeepcamManifest& manifest,
                         const std::string& how) {
  const auto& [background, cyclones, rivers] = manifest.class_frequencies;
  return fmt::format(
      "{}: {} training and {} validation climates on {}, {}\n  background {:.4f}, tropical cyclones {:.4f}, "
      "atmospheric rivers {:.4f} of the pixels\n",
      arguments.output.string(), manifest.recipe.train, manifest.recipe.validation, manifest.recipe.grid, how,
      background, cyclones, rivers);
}

int run(const ClimateArguments& arguments, const Communicator& world) {
  const DeepcamRecipe& recipe = arguments.recipe;
  return generate_directory<ClimateSummary>(
      world, arguments.step_timeout, arguments.output, recipe, [&] { check_recipe(recipe); },
      read_deepcam_manifest,
      [&](const auto& manifest, const std::string& how) { return summary_text(arguments, manifest, how); });
}

}  // namespace

void add_generate_deepcam(CommandSyntax generate) {
  const CommandSyntax command = generate.command("deepcam", "climates, in the form of DeepCAM's data");
  const auto arguments = std::make_shared<ClimateArguments>();
  DeepcamRecipe& recipe = arguments->recipe;
  command.option("--output", arguments->output, "directory to make").required();
  command.option("--grid", recipe.grid, "basin96x, global192x or global768x").shows_default();
  command.option("--train", recipe.train, "training samples").shows_default();
  command.option("--validation", recipe.validation, "validation samples").shows_default();
  command.option("--seed", recipe.seed, "of everything random").shows_default();
  add_step_timeout(command, arguments->step_timeout);
  command.runs([arguments](const Communicator& world) { return run(*arguments, world); });
}

}  // namespace tessera
