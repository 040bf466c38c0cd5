#include "io/dataset/data_origin.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/generated_set.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {

Json manifest_head(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kManifestName;
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable)) return nullptr;
  const auto keep = [](int depth, Json::parse_event_t event, const Json& parsed) {
    return depth != 1 || event != Json::parse_event_t::key || parsed != "checksums";
  };
  try {
    return Json::parse(read_whole_file(path), keep);
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool is_generated(const Json& manifest) {
  if (manifest.is_null()) return false;
  return !manifest.is_object() || manifest.value("generator", Json()) != kConvertGenerator;
}

bool comes_of_a_generator(const Json& manifest) {
  if (is_generated(manifest)) return true;
  if (manifest.is_null()) return false;
  const Json recipe = manifest.value("recipe", Json());
  return !recipe.is_object() || recipe.value("generated", false);
}

}  // namespace tessera
