#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "io/dataset/generated_set.hpp"
#include "io/files/json_text.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {

/// Returns read(), which interprets DIR/manifest.json of a generated data set of `benchmark`. Throws
/// InputError where it isn't JSON or lacks something that read() asks for.
template <class Read>
auto understand_manifest(const std::filesystem::path& directory, const char* benchmark, Read&& read) {
  try {
    return read();
  } catch (const nlohmann::json::exception& error) {
    throw InputError(
        fmt::format("this is not the manifest of a generated {} data set ({})", benchmark, error.what()),
        (directory / kManifestName).string(), "generate the data set again");
  }
}

/// The same of a read(json) that is given all of it. Throws InputError also where there is none.
template <class Read>
auto read_manifest_with(const std::filesystem::path& directory, const char* benchmark, Read&& read) {
  const std::string text = read_whole_file(directory / kManifestName);
  return understand_manifest(directory, benchmark, [&] { return read(Json::parse(text)); });
}

}  // namespace tessera
