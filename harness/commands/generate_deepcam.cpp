#include <memory>
#include <string>

#include "harness/commands/command.hpp"
#include "harness/datasets/generate_set.hpp"
#include "harness/process/stopwatch.hpp"
#include "io/deepcam/deepcam_generator.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct GenerateArguments {
  fs::path output;
  DeepcamRecipe recipe;
};

std::string summary_text(const GenerateArguments& arguments, const DeepcamManifest& manifest,
                         const std::string& how) {
  const auto& [background, cyclones, rivers] = manifest.class_frequencies;
  return fmt::format(
      "{}: {} training and {} validation climates on {}, {}\n  background {:.4f}, tropical cyclones {:.4f}, "
      "atmospheric rivers {:.4f} of the pixels\n",
      arguments.output.string(), manifest.recipe.train, manifest.recipe.validation, manifest.recipe.grid, how,
      background, cyclones, rivers);
}

int run(const GenerateArguments& arguments, const Communicator& world) {
  const Stopwatch watch;
  const auto& [directory, recipe] = arguments;
  return generate_set<ClimateSummary>(
      {.check = [&] { check_recipe(recipe); },
       .prepare = [&] { return prepare_directory(directory, recipe); },
       .generate =
           [&](int part, int parts, const GenerateProgress& progress) {
             return generate(directory, recipe, part, parts, progress);
           },
       .finish =
           [&](std::span<const ClimateSummary> all) {
             return summary_text(arguments, finish_directory(directory, recipe, all),
                                 fmt::format("generated in {:.1f} s", watch.seconds()));
           },
       .describe =
           [&] { return summary_text(arguments, read_deepcam_manifest(directory), "there already"); }},
      world);
}

}  // namespace

void add_generate_deepcam(CLI::App& generator, Command& chosen) {
  CLI::App* command = generator.add_subcommand("deepcam", "climates, in the form of DeepCAM's data");
  const auto arguments = std::make_shared<GenerateArguments>();
  DeepcamRecipe& recipe = arguments->recipe;
  command->add_option("--output", arguments->output, "directory to make")->required();
  command->add_option("--grid", recipe.grid, "basin96x, global192x or global768x")->capture_default_str();
  command->add_option("--train", recipe.train, "training samples")->capture_default_str();
  command->add_option("--validation", recipe.validation, "validation samples")->capture_default_str();
  command->add_option("--seed", recipe.seed, "of everything random")->capture_default_str();
  command->callback([arguments, &chosen] {
    chosen = [arguments](const Communicator& world) { return run(*arguments, world); };
  });
}

}  // namespace tessera
