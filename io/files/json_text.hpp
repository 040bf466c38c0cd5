#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace tessera {

/// JSON with its keys in the order in which they were given.
using Json = nlohmann::ordered_json;

/// Indented; bytes that aren't UTF-8, as a path may have, are replaced: it is for what is only shown.
std::string text_of(const Json& json);

/// Throws nlohmann::json::exception where it isn't JSON.
Json parse_json(std::string_view text);

/// A name or a path as JSON holds it that is to be read back, whatever bytes it has: UTF-8 stays, and each
/// other byte B stands as the character U+10FE00 + B, of those that Unicode leaves to private use. (Where a
/// name has such a character itself, its bytes stand so.)
std::string name_in_json(std::string_view name);

/// The bytes that a name in JSON stands for.
std::string name_of_json(std::string_view text);

}  // namespace tessera
