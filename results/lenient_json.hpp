#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tessera {

/// How deep arrays and objects may stand in each other; Python's reader, which made the logs' rules, ends
/// near there too. It bounds the recursion of everything done later with a value.
inline constexpr int kDeepestNesting = 1000;

struct LenientJson {
  nlohmann::json value;
  std::string
      error;  // empty if the text is JSON; else what is wrong, as a clause: "unexpected 'x' at byte 7"
};

/// Reads JSON with the liberties that Python's reader takes: the bare words NaN, Infinity and -Infinity where
/// a number may stand, and numbers beyond the largest double, which are infinite. utf8: the text, valid
/// UTF-8. Of equal names in an object the last one counts.
LenientJson parse_lenient_json(std::string_view utf8);

}  // namespace tessera
