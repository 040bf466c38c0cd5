#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/dataset/generated_set.hpp"
#include "io/files/json_text.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {

/// What `read` makes of the JSON in DIR/manifest.json of a generated data set of `benchmark`. Throws
/// InputError where there is none, or it isn't JSON or lacks something that `read` asks for.
template <class Read>
auto read_manifest_with(const std::filesystem::path& directory, const char* benchmark, Read&& read) {
  const auto path = directory / kManifestName;
  const std::string text = read_whole_file(path);
  try {
    return read(parse_json(text));
  } catch (const nlohmann::json::exception& error) {
    throw InputError(
        fmt::format("this is not the manifest of a generated {} data set ({})", benchmark, error.what()),
        path.string(), "generate the data set again");
  }
}

}  // namespace tessera
