#include "io/dataset/data_origin.hpp"

#include "io/dataset/dataset.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/read_manifest.hpp"
#include "models/base/error.hpp"

namespace tessera {

namespace fs = std::filesystem;

bool is_generated(const fs::path& directory) {
  std::error_code unreadable;
  if (!fs::exists(directory / kManifestName, unreadable)) return false;
  try {
    return generator_of(directory) != kConvertGenerator;
  } catch (const InputError&) {
    return true;  // of what can't be read nothing better is claimed
  }
}

bool comes_of_a_generator(const fs::path& directory) {
  std::error_code unreadable;
  if (is_generated(directory)) return true;
  if (!fs::exists(directory / kManifestName, unreadable)) return false;
  const Json recipe = manifest_entry(directory, "recipe");
  return recipe.is_object() && recipe.value("generated", false);
}

}  // namespace tessera
