#include <memory>
#include <string>

#include "harness/commands/command.hpp"
#include "harness/commands/generate_directory.hpp"
#include "io/arrays/array_generator.hpp"
#include "io/generate/digits/digit.hpp"
#include "io/generate/spectra/patch.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

struct ArrayArguments {
  fs::path output;
  ArrayRecipe recipe;
  std::int64_t bands = 48, size = 64;  // of spectra; of images
  StepTimeout step_timeout;
};

std::string summary_text(const ArrayArguments& arguments, const ArrayManifest& manifest,
                         const std::string& how) {
  return fmt::format(
      "{}: {} training and {} validation {} of {} classes, {}\n  mean {:.4g}, standard deviation {:.4g}\n",
      arguments.output.string(), manifest.recipe.train, manifest.recipe.validation, manifest.recipe.set,
      manifest.classes.size(), how, manifest.mean[0], manifest.deviation[0]);
}

int run(ArrayArguments& arguments, const Communicator& world) {
  ArrayRecipe& recipe = arguments.recipe;
  if (recipe.set == "spectra") recipe.shape = {kPatchPixels, kPatchPixels, arguments.bands, 1};
  if (recipe.set == "images") recipe.shape = {arguments.size, arguments.size, 3};
  return generate_directory<PackSummary>(
      world, arguments.step_timeout, arguments.output, recipe, [&] { check_recipe(recipe); },
      read_array_manifest,
      [&](const auto& manifest, const std::string& how) { return summary_text(arguments, manifest, how); });
}

std::shared_ptr<ArrayArguments> add_set(const CommandSyntax& command, const ArrayRecipe& usual) {
  auto arguments = std::make_shared<ArrayArguments>();
  arguments->recipe = usual;
  ArrayRecipe& recipe = arguments->recipe;
  command.option("--output", arguments->output, "directory to make").required();
  command.option("--train", recipe.train, "training samples").shows_default();
  command.option("--validation", recipe.validation, "validation samples").shows_default();
  command.option("--seed", recipe.seed, "of everything random").shows_default();
  command
      .option("--samples-per-file", recipe.samples_per_file,
              "of a pack; 1 writes one sample a file, and no packs")
      .shows_default();
  add_step_timeout(command, arguments->step_timeout);
  command.runs([arguments](const Communicator& world) { return run(*arguments, world); });
  return arguments;
}

}  // namespace

void add_generate_digits(CommandSyntax generate) {
  add_set(generate.command("digits", "handwritten digits, drawn stroke by stroke: 28x28 uint8, 10 classes"),
          {.set = "digits", .shape = {kDigitPixels, kDigitPixels}, .train = 60000, .validation = 10000});
}

void add_generate_images(CommandSyntax generate) {
  const CommandSyntax command =
      generate.command("images", "things of four outlines and four textures in colour: uint8, 16 classes");
  const auto arguments =
      add_set(command, {.set = "images", .train = 8000, .validation = 1000, .samples_per_file = 250});
  command.option("--size", arguments->size, "pixels along either side, 16 to 1024; ResNet's are 224")
      .shows_default();
}

void add_generate_spectra(CommandSyntax generate) {
  const CommandSyntax command = generate.command(
      "spectra", "hyperspectral patches of land: 11x11 pixels of many bands, int16, 16 classes");
  const auto arguments = add_set(command, {.set = "spectra", .train = 8000, .validation = 2000});
  command.option("--bands", arguments->bands, "from 0.4 to 2.45 micrometres, 8 to 512").shows_default();
}

}  // namespace tessera
