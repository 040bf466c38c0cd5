#include "io/convert/conversion_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "io/dataset/data_origin.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/read_manifest.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/checksum.hpp"
#include "io/files/directory_lock.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// Sorted by key: a search in Json passes over all keys, and a data set has as many as samples.
using SortedJson = nlohmann::json;

constexpr const char* kJournalStem = "unfinished-";  // and the rank

Json recipe_json(const ConvertRecipe& recipe) {
  Json json{{"form", sources_of(recipe)}, {"shape", recipe.shape}};
  if (recipe.form == SourceForm::Universe) json["extent"] = recipe.extent;
  json["compression"] = to_string(recipe.compression);
  if (recipe.generated) json["generated"] = true;
  if (recipe.pack > 0) json["samples_per_file"] = recipe.pack;
  if (recipe.idx.transposed) json["transposed"] = true;
  if (recipe.idx.first_label != 0) json["first_label"] = recipe.idx.first_label;
  return json;
}

[[noreturn]] void refuse(const fs::path& directory, const std::string& problem) {
  throw InputError(problem, directory.string(), "name a new or empty directory, or empty this one");
}

void check_recipe(const fs::path& directory, const SortedJson& found, const ConvertRecipe& recipe) {
  const SortedJson now = SortedJson::parse(recipe_json(recipe).dump());
  if (found != now)
    refuse(directory,
           fmt::format("the directory holds a conversion of other sources or options: {} then, {} now",
                       found.dump(), now.dump()));
}

std::string name_at(const SortedJson& json) {
  return name_of_json(json.get_ref<const std::string&>());
}

// By their names in JSON, which those of samples are there.
std::map<std::string, std::string> checksums_of(const SortedJson& json) {
  std::map<std::string, std::string> checksums;
  for (const auto& [name, checksum] : json.items())
    checksums[name_of_json(name)] = checksum.get<std::string>();
  return checksums;
}

ConvertedUnit unit_of(const SortedJson& json) {
  return {name_at(json.at("source")), json.at("bytes"), json.at("modified"),
          checksums_of(json.at("checksums"))};
}

bool is_journal(const fs::path& path) {
  return path.filename().string().starts_with(kJournalStem);
}

/// What journals say. A line that the end of a process cut short isn't one, nor is one that names no sample.
void read_journal(const fs::path& path, std::map<std::string, ConvertedUnit>& units) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) try {
      ConvertedUnit unit = unit_of_line(line);
      if (!unit.checksums.empty()) units.insert_or_assign(unit.name, std::move(unit));
    } catch (const nlohmann::json::exception&) {
      continue;
    }
}

std::vector<fs::path> journals(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory))
    if (is_journal(entry.path())) found.push_back(entry.path());
  return found;
}

InputError no_manifest(const fs::path& path, const std::string& why) {
  return {fmt::format("this is not the manifest of a converted data set ({})", why), path.string(),
          "convert into another directory"};
}

ConversionState read_complete(const fs::path& directory, const ConvertRecipe& recipe) {
  if (generator_of(directory) != kConvertGenerator)
    refuse(directory, "the directory holds a data set that was not converted");
  const fs::path path = directory / kManifestName;
  ConversionState state{true, {}};
  try {
    const SortedJson json = SortedJson::parse(read_whole_file(path));
    check_recipe(directory, json.at("recipe"), recipe);
    for (const SortedJson& source : json.at("sources")) {
      ConvertedUnit unit{name_at(source.at("source")), source.at("bytes"), source.at("modified"), {}};
      for (const SortedJson& sample : source.at("samples"))
        unit.checksums[name_at(sample)] = json.at("checksums").at(sample.get_ref<const std::string&>());
      if (unit.checksums.empty()) throw no_manifest(path, fmt::format("{} has no samples", unit.name));
      state.units.insert_or_assign(unit.name, std::move(unit));
    }
  } catch (const nlohmann::json::exception& error) {
    throw no_manifest(path, error.what());
  }
  return state;
}

}  // namespace

std::string to_line(const ConvertedUnit& unit) {
  SortedJson checksums = SortedJson::object();
  for (const auto& [sample, sum] : unit.checksums) checksums[name_in_json(sample)] = sum;
  return SortedJson{{"source", name_in_json(unit.name)},
                    {"bytes", unit.bytes},
                    {"modified", unit.modified},
                    {"checksums", std::move(checksums)}}
             .dump() +
         "\n";
}

ConvertedUnit unit_of_line(const std::string& line) {
  return unit_of(SortedJson::parse(line));
}

ConversionState read_conversion(const fs::path& directory, const ConvertRecipe& recipe) {
  if (fs::exists(directory / kManifestName)) return read_complete(directory, recipe);
  ConversionState state;
  if (fs::exists(directory / kUnfinishedName)) {
    check_recipe(directory, SortedJson::parse(read_whole_file(directory / kUnfinishedName), nullptr, false),
                 recipe);
    for (const fs::path& journal : journals(directory)) read_journal(journal, state.units);
  } else if (fs::exists(directory) && !(fs::is_directory(directory) && is_empty_but_for_lock(directory))) {
    refuse(directory, "the directory holds other files");
  }
  return state;
}

bool is_sound(const fs::path& directory, const ConvertedUnit& unit) {
  return std::ranges::all_of(unit.checksums, [&](const auto& sample) {
    const fs::path path = directory / sample.first;
    return fs::exists(path) && checksum_text(checksum_of_file(path)) == sample.second;
  });
}

namespace {

/// What a call that ended early left: files half-written, and samples that no journal knows, such as those
/// above the damage of a source.
void remove_leftovers(const fs::path& directory, const ConversionState& state) {
  std::set<fs::path> known;
  for (const auto& [name, unit] : state.units)
    for (const auto& [sample, sum] : unit.checksums) known.insert(directory / sample);
  std::vector<fs::path> leftovers;
  for (const char* subset : {kTrain, kValidation}) {
    fs::create_directories(directory / subset);
    for (const auto& entry : fs::directory_iterator(directory / subset)) {
      const bool sample = entry.path().extension() == ".hdf5" && !state.complete;
      if (entry.path().extension() == ".partial" || (sample && !known.contains(entry.path())))
        leftovers.push_back(entry.path());
    }
  }
  for (const fs::path& path : leftovers) fs::remove(path);
}

}  // namespace

void begin_conversion(const fs::path& directory, const ConvertRecipe& recipe, const ConversionState& state) {
  remove_leftovers(directory, state);
  std::string merged;
  for (const auto& [name, unit] : state.units) merged += to_line(unit);
  write_whole_file(directory / kUnfinishedName, text_of(recipe_json(recipe)) + "\n");
  const fs::path kept = directory / (std::string(kJournalStem) + "before");
  write_whole_file(kept, merged);
  for (const fs::path& journal : journals(directory))
    if (journal != kept) fs::remove(journal);
  fs::remove(directory / kManifestName);
}

ConversionJournal::ConversionJournal(const fs::path& directory, int rank)
    : path_(directory / (kJournalStem + std::to_string(rank))), file_(path_) {}

void ConversionJournal::note(const ConvertedUnit& unit) {
  file_ << to_line(unit) << std::flush;
  if (!file_)
    throw MachineError("cannot write a journal", path_.string(),
                       "free space on this disk or name another directory");
}

void complete_conversion(const fs::path& directory, const ConvertRecipe& recipe,
                         const std::map<std::string, ConvertedUnit>& units,
                         const std::map<std::string, std::string>& others) {
  Json sources = Json::array();
  std::map<std::string, std::string> checksums = others;
  for (const auto& [name, unit] : units) {
    Json samples = Json::array();
    for (const auto& [sample, sum] : unit.checksums) {
      samples.push_back(name_in_json(sample));
      checksums.emplace(name_in_json(sample), sum);
    }
    sources.push_back({{"source", name_in_json(name)},
                       {"bytes", unit.bytes},
                       {"modified", unit.modified},
                       {"samples", samples}});
  }
  const Json manifest{{"generator", kConvertGenerator}, {"version", TESSERA_VERSION},
                      {"recipe", recipe_json(recipe)},  {"sources", std::move(sources)},
                      {"checksum", "XXH3 64"},          {"checksums", checksums}};
  write_whole_file(directory / kManifestName, text_of(manifest) + "\n");
  for (const fs::path& journal : journals(directory)) fs::remove(journal);
  fs::remove(directory / kUnfinishedName);
}

ConvertManifest read_convert_manifest(const fs::path& directory) {
  return read_manifest_with(directory, "converted", [](const Json& json) {
    return ConvertManifest{json.at("version"), text_of(json.at("recipe")), {}};
  });
}

}  // namespace tessera
