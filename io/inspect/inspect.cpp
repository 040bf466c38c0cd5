#include "io/inspect/inspect.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "io/convert/conversion_state.hpp"
#include "io/dataset/data_origin.hpp"
#include "io/dataset/read_manifest.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/checksum.hpp"
#include "io/forms/data_forms.hpp"
#include "io/inspect/array_summary.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

void add(const std::vector<std::string>& lines, Inspection& found) {
  found.lines.insert(found.lines.end(), lines.begin(), lines.end());
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  return text;
}

Inspection inspect_file(const fs::path& path) {
  const Hdf5File file(path);
  const auto arrays = summarize_arrays(file);
  const std::string sum = checksum_text(checksum_of_file(path));
  const Json json{{"path", path.string()},
                  {"kind", "file"},
                  {"bytes", fs::file_size(path)},
                  {"checksum_xxh3_64", sum},
                  {"arrays", to_json(arrays)}};
  Inspection found{text_of(json), {fmt::format("{}: HDF5 file, checksum {}", path.string(), sum)}, true};
  add(to_lines(arrays), found);
  return found;
}

/// The samples of one folder of a data set.
struct Subset {
  std::int64_t samples = 0;
  std::vector<ArraySummary> arrays;
  std::vector<std::string> misshapen;            // files that differ in form from the first
  std::map<std::string, std::string> checksums;  // "train/NAME" -> checksum
};

Subset inspect_subset(const fs::path& directory, const std::string& name) {
  SampleNames files;
  if (fs::is_directory(directory / name)) files = list_samples(directory / name);
  Subset subset;
  for (std::int64_t i = 0; i < files.size(); ++i) {
    const std::string short_name = fmt::format("{}/{}", name, files[i]);
    const fs::path path = directory / short_name;
    const Hdf5File file(path);
    const auto packed = packed_samples(file);
    const auto arrays = summarize_arrays(file);
    if (i == 0)
      subset.arrays = arrays;
    else if (!(packed ? join(subset.arrays, arrays) : merge(subset.arrays, arrays)))
      subset.misshapen.push_back(short_name);
    subset.samples += packed.value_or(1);
    subset.checksums[short_name] = checksum_text(checksum_of_file(path));
  }
  return subset;
}

/// Files that the manifest knows otherwise, or not, or that are missing.
std::vector<std::string> differing(std::map<std::string, std::string> found,
                                   const std::map<std::string, std::string>& expected) {
  std::vector<std::string> names;
  for (const auto& [name, sum] : expected) {
    const auto at = found.find(name);
    if (at == found.end() || at->second != sum) names.push_back(name);
    if (at != found.end()) found.erase(at);
  }
  for (const auto& [name, sum] : found) names.push_back(name);
  return names;
}

ManifestSummary converted_summary(const fs::path& directory) {
  const ConvertManifest manifest = read_convert_manifest(directory);
  const Json recipe = parse_json(manifest.recipe);
  return {{{"version", manifest.version}, {"recipe", recipe}},
          {fmt::format("converted by version {}: {}, compression {}", manifest.version,
                       recipe.at("form").get<std::string>(), recipe.at("compression").get<std::string>())},
          manifest.checksums};
}

ManifestSummary summary_of_manifest(const fs::path& directory) {
  const std::string generator = generator_of(directory);
  if (generator == kConvertGenerator) return converted_summary(directory);
  for (const DataForm* form : data_forms().all())
    if (form->manifest != nullptr && form->generator == generator) return form->manifest(directory);
  throw InputError(fmt::format("the manifest is of no generator that is known here ('{}')", generator),
                   (directory / kManifestName).string(), "inspect the files one by one, or remove it");
}

void add_manifest(const fs::path& directory, const std::map<std::string, std::string>& checksums, Json& json,
                  Inspection& found) {
  const ManifestSummary manifest = summary_of_manifest(directory);
  const auto wrong = differing(checksums, manifest.checksums);
  json["manifest"] = manifest.json;
  json["checksums"] = {{"listed", manifest.checksums.size()}, {"differing", wrong}};
  found.sound &= wrong.empty();
  add(manifest.lines, found);
  found.lines.push_back(wrong.empty() ? fmt::format("all {} checksums are right", manifest.checksums.size())
                                      : fmt::format("differ from the manifest: {}", listed(wrong)));
}

/// The ranges of channels, where a data set has them beside train/ and validation/.
void add_statistics(const fs::path& directory, std::map<std::string, std::string>& checksums, Json& json,
                    Inspection& found) {
  const fs::path path = directory / kStatsName;
  if (!fs::exists(path)) return;
  const auto arrays = summarize_arrays(Hdf5File(path));
  checksums[kStatsName] = checksum_text(checksum_of_file(path));
  json["statistics"] = to_json(arrays);
  found.lines.push_back(fmt::format("{}:", kStatsName));
  add(to_lines(arrays), found);
}

Inspection inspect_directory(const fs::path& directory) {
  Inspection found;
  Json json{{"path", directory.string()}, {"kind", "data set"}};
  found.lines.push_back(directory.string() + ": data set");
  std::map<std::string, std::string> checksums;
  for (const char* name : {kTrain, kValidation}) {
    const Subset subset = inspect_subset(directory, name);
    checksums.insert(subset.checksums.begin(), subset.checksums.end());
    json[name] = {
        {"samples", subset.samples}, {"arrays", to_json(subset.arrays)}, {"misshapen", subset.misshapen}};
    found.sound &= subset.misshapen.empty();
    found.lines.push_back(fmt::format("{}: {} samples", name, subset.samples));
    add(to_lines(subset.arrays), found);
    if (!subset.misshapen.empty())
      found.lines.push_back(fmt::format("  of another form: {}", listed(subset.misshapen)));
  }
  if (checksums.empty())
    throw InputError("the directory holds no train/*.hdf5 or validation/*.hdf5 (or *.h5)", directory.string(),
                     "name a data set's directory or an HDF5 file");
  add_statistics(directory, checksums, json, found);
  if (fs::exists(directory / kManifestName))
    add_manifest(directory, checksums, json, found);
  else
    found.lines.push_back("no manifest");
  json["sound"] = found.sound;
  found.json = text_of(json);
  return found;
}

}  // namespace

Inspection inspect(const fs::path& path) {
  return fs::is_directory(path) ? inspect_directory(path) : inspect_file(path);
}

}  // namespace tessera
