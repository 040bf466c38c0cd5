#include "io/deepcam/deepcam_manifest.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/read_manifest.hpp"
#include "io/generate/climate/climate_grid.hpp"

namespace tessera {
namespace {

Json recipe_json(const DeepcamRecipe& recipe) {
  return {{"grid", recipe.grid},
          {"train", recipe.train},
          {"validation", recipe.validation},
          {"seed", recipe.seed}};
}

DeepcamRecipe recipe_of(const Json& json) {
  return {json.at("grid"), json.at("train"), json.at("validation"), json.at("seed")};
}

Json physics_json(const ClimateRegion& region) {
  const WeatherCounts& weather = region.weather;
  const auto from_to = [](WeatherCounts::Range range) { return Json{range.least, range.most}; };
  return {{"latitudes", {region.south, region.north}},
          {"degrees_of_longitude", region.width},
          {"tropical_cyclones_from_to", from_to(weather.tropical_cyclones)},
          {"atmospheric_rivers_from_to", from_to(weather.atmospheric_rivers)},
          {"mean_extratropical_lows", weather.extratropical_lows},
          {"mean_moist_surges", weather.moist_surges},
          {"mean_cold_core_lows", weather.cold_core_lows},
          {"vortices", "Holland 1980"},
          {"labels", "from the fields alone"}};
}

}  // namespace

std::string recipe_text(const DeepcamRecipe& recipe) {
  return text_of(recipe_json(recipe)) + "\n";
}

std::string manifest_text(const DeepcamManifest& manifest) {
  const ClimateRegion& region = climate_region_named(manifest.recipe.grid);
  const Json json{{"generator", kDeepcamGenerator},
                  {"version", manifest.version},
                  {"recipe", recipe_json(manifest.recipe)},
                  {"shape", {region.rows, region.columns, kDeepcamChannels}},
                  {"channels", kDeepcamChannelNames},
                  {"classes", kDeepcamClassNames},
                  {"physics", physics_json(region)},
                  {"statistics",
                   {{"of", "the training set"},
                    {"minimum", manifest.statistics.minimum},
                    {"maximum", manifest.statistics.maximum},
                    {"class_frequencies", manifest.class_frequencies}}},
                  {"checksum", "XXH3 64"},
                  {"checksums", manifest.checksums}};
  return text_of(json) + "\n";
}

DeepcamManifest read_deepcam_manifest(const std::filesystem::path& directory) {
  return read_manifest_with(directory, "DeepCAM", [](const Json& json) {
    DeepcamManifest manifest;
    manifest.version = json.at("version");
    manifest.recipe = recipe_of(json.at("recipe"));
    json.at("statistics").at("minimum").get_to(manifest.statistics.minimum);
    json.at("statistics").at("maximum").get_to(manifest.statistics.maximum);
    json.at("statistics").at("class_frequencies").get_to(manifest.class_frequencies);
    return manifest;
  });
}

}  // namespace tessera
