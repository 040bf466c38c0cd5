#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tessera {

/// JSON with its keys in the order in which they were given.
using Json = nlohmann::ordered_json;

/// Indented; bytes that aren't UTF-8, as a path may have, are replaced.
inline std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

/// The text with what isn't UTF-8 in it replaced, as it is read back where text_of() wrote it.
inline std::string utf8_of(const std::string& text) {
  return Json::parse(text_of(text)).get<std::string>();
}

}  // namespace tessera
