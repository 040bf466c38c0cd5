#include "io/arrays/array_recipe.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/read_manifest.hpp"

namespace tessera {
namespace {

Json json_of_recipe(const ArrayRecipe& recipe) {
  return {{"set", recipe.set},
          {"shape", recipe.shape},
          {"train", recipe.train},
          {"validation", recipe.validation},
          {"samples_per_file", recipe.samples_per_file},
          {"seed", recipe.seed}};
}

ArrayRecipe recipe_of_json(const Json& json) {
  return {.set = json.at("set"),
          .shape = json.at("shape"),
          .train = json.at("train"),
          .validation = json.at("validation"),
          .samples_per_file = json.at("samples_per_file"),
          .seed = json.at("seed")};
}

}  // namespace

std::string recipe_text(const ArrayRecipe& recipe) {
  return text_of(json_of_recipe(recipe)) + "\n";
}

std::string manifest_text(const ArrayManifest& manifest) {
  const Json json{{"generator", kArraysGenerator},
                  {"version", manifest.version},
                  {"recipe", json_of_recipe(manifest.recipe)},
                  {"classes", manifest.classes},
                  {"samples_by_class", manifest.samples_by_class},
                  {"statistics",
                   {{"of", "x as it is stored, over the training set, a value a channel"},
                    {"mean", manifest.mean},
                    {"standard_deviation", manifest.deviation}}},
                  {"checksum", "XXH3 64"},
                  {"checksums", manifest.checksums}};
  return text_of(json) + "\n";
}

ArrayManifest read_array_manifest(const std::filesystem::path& directory) {
  return read_manifest_with(directory, "generated", [](const Json& json) {
    ArrayManifest manifest;
    manifest.version = json.at("version");
    manifest.recipe = recipe_of_json(json.at("recipe"));
    json.at("classes").get_to(manifest.classes);
    json.at("samples_by_class").get_to(manifest.samples_by_class);
    json.at("statistics").at("mean").get_to(manifest.mean);
    json.at("statistics").at("standard_deviation").get_to(manifest.deviation);
    return manifest;
  });
}

}  // namespace tessera
