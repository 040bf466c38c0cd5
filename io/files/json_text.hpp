#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tessera {

/// JSON with its keys in the order in which they were given.
using Json = nlohmann::ordered_json;

/// Indented; bytes that aren't UTF-8, as a path may have, are replaced.
std::string text_of(const Json& json);

/// Throws nlohmann::json::exception where it isn't JSON.
Json parse_json(std::string_view text);

/// The text with what isn't UTF-8 in it replaced, as it is read back where text_of() wrote it.
std::string utf8_of(const std::string& text);

}  // namespace tessera
