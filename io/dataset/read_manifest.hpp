#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

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

/// The same of a read(json) that is given all but the checksums, which the manifest that it returns gets, by
/// the names of their files. Throws InputError also where there is none.
template <class Read>
auto read_manifest_with(const std::filesystem::path& directory, const char* benchmark, Read&& read) {
  const std::string text = read_whole_file(directory / kManifestName);
  return understand_manifest(directory, benchmark, [&] {
    std::map<std::string, std::string> checksums;
    const Json json = parse_manifest(text, [&](const std::string& name, const std::string& checksum) {
      checksums.insert_or_assign(name_of_json(name), checksum);
    });
    auto manifest = read(json);
    json.at("checksums").get_ref<const Json::object_t&>();  // throws where it is none
    manifest.checksums = std::move(checksums);
    return manifest;
  });
}

}  // namespace tessera
