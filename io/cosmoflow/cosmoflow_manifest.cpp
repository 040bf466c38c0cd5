#include "io/cosmoflow/cosmoflow_manifest.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/read_manifest.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

Json recipe_json(const CosmoflowRecipe& recipe) {
  const UniverseOptions& universe = recipe.universe;
  Json json{{"suite", to_string(universe.suite)},
            {"size", universe.size},
            {"initial_conditions", to_string(universe.initial_conditions)},
            {"lpt_order", universe.lpt_order},
            {"train", recipe.train},
            {"validation", recipe.validation},
            {"seed", recipe.seed}};
  if (universe.box_scale != 1) json["box_scale"] = universe.box_scale;
  return json;
}

CosmoflowRecipe recipe_of(const Json& json) {
  CosmoflowRecipe recipe;
  recipe.universe.suite = suite_named(json.at("suite"));
  recipe.universe.size = json.at("size");
  recipe.universe.initial_conditions = initial_conditions_named(json.at("initial_conditions"));
  recipe.universe.lpt_order = json.at("lpt_order");
  recipe.universe.box_scale = json.value("box_scale", 1.0);
  recipe.train = json.at("train");
  recipe.validation = json.at("validation");
  recipe.seed = json.at("seed");
  return recipe;
}

Json physics_json(const CosmoflowRecipe& recipe) {
  const Cosmology& centre = kCentralCosmology;
  Json channels = Json::array();
  for (const UniverseChannel& channel : universe_channels(recipe.universe.suite, recipe.universe.box_scale))
    channels.push_back({{"box_length", channel.length},
                        {"unit", channel.fixed_in_mpc ? "Mpc/h at h = 0.6774, so fixed in Mpc" : "Mpc/h"},
                        {"redshift", channel.redshift}});
  return {{"targets", {"omega_m", "sigma_8", "n_s", "h"}},
          {"targets_map", "parameter = centre * (1 + spread * target)"},
          {"centre", {centre.omega_m, centre.sigma_8, centre.n_s, centre.h}},
          {"spread", kCosmologyHalfRange},
          {"omega_baryon", kOmegaBaryon},
          {"background_temperature_kelvin", kBackgroundTemperature},
          {"transfer_function", "Eisenstein & Hu 1998, full"},
          {"deposit", "cloud in cell"},
          {"mass_of_particle", mass_of_particle(recipe.universe.size)},
          {"channels", channels}};
}

ChannelStatistics statistics_of(const Json& manifest) {
  const Json& statistics = manifest.at("statistics");
  return {statistics.at("mean"), statistics.at("standard_deviation")};
}

}  // namespace

std::string to_string(Suite suite) {
  return suite == Suite::Redshifts ? "redshifts" : "multiscale";
}

std::string to_string(InitialConditions conditions) {
  return conditions == InitialConditions::Fixed ? "fixed" : "gaussian";
}

Suite suite_named(const std::string& name) {
  if (name == "multiscale") return Suite::Multiscale;
  if (name == "redshifts") return Suite::Redshifts;
  throw InputError(fmt::format("there is no suite '{}'", name), "the suite of a CosmoFlow data set",
                   "choose multiscale or redshifts");
}

InitialConditions initial_conditions_named(const std::string& name) {
  if (name == "fixed") return InitialConditions::Fixed;
  if (name == "gaussian") return InitialConditions::Gaussian;
  throw InputError(fmt::format("there are no initial conditions '{}'", name),
                   "the initial conditions of a CosmoFlow data set", "choose fixed or gaussian");
}

std::string recipe_text(const CosmoflowRecipe& recipe) {
  return text_of(recipe_json(recipe)) + "\n";
}

std::string manifest_text(const CosmoflowManifest& manifest) {
  const auto size = manifest.recipe.universe.size;
  Json json{{"generator", kCosmoflowGenerator},
            {"version", manifest.version},
            {"recipe", recipe_json(manifest.recipe)},
            {"shape", {size, size, size, kUniverseChannels}},
            {"physics", physics_json(manifest.recipe)},
            {"statistics",
             {{"of", "log(1 + count) over the training set, a value a channel"},
              {"mean", manifest.statistics.mean},
              {"standard_deviation", manifest.statistics.deviation}}}};
  if (manifest.recipe.universe.suite == Suite::Redshifts)
    json["note"] =
        "the real data's layout, for performance studies: small budgets don't reach the target on it";
  json["checksum"] = "XXH3 64";
  json["checksums"] = manifest.checksums;
  return text_of(json) + "\n";
}

ChannelStatistics cosmoflow_statistics(const Json& manifest, const std::filesystem::path& directory) {
  return understand_manifest(directory, "CosmoFlow", [&] { return statistics_of(manifest); });
}

CosmoflowManifest read_cosmoflow_manifest(const std::filesystem::path& directory) {
  return read_manifest_with(directory, "CosmoFlow", [](const Json& json) {
    CosmoflowManifest manifest;
    manifest.version = json.at("version");
    manifest.recipe = recipe_of(json.at("recipe"));
    manifest.statistics = statistics_of(json);
    return manifest;
  });
}

}  // namespace tessera
