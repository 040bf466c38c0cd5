#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// RapidJSON knows the words NaN and Infinity, and yet can't read these texts: it refuses a number beyond the
// largest double, even where it is told to hand numbers on as text; it takes -NaN and Inf, which Python
// refuses; and its exact reading of a number with hundreds of zeros behind the point looks past the end of a
// table (all of version 1.1.0).
namespace tessera {

/// How deep arrays and objects may stand in each other; Python's reader, which made the logs' rules, ends
/// near there too. It bounds the recursion of everything done later with a value.
inline constexpr int kDeepestNesting = 1000;

struct LenientObject {
  /// The members asked for, in that order; nothing where the object lacks one.
  std::vector<std::optional<nlohmann::json>> members;
  /// Empty if the text is a JSON object; else what is wrong, as a clause: "unexpected 'x' at byte 7".
  std::string error;
};

struct LenientJson {
  nlohmann::json value;
  std::string error;  // empty if the text is JSON; else what is wrong, as above
};

/// Reads JSON with the liberties that Python's reader takes, whose users wrote the logs: the bare
/// words NaN, Infinity and -Infinity where a number may stand, and numbers too large for a double, which are
/// infinite. utf8: valid UTF-8. Of equal names in an object the last one counts.
LenientJson parse_lenient_json(std::string_view utf8);

/// The same of an object of which only some members are wanted: all of the text is checked, but no others are
/// built.
LenientObject parse_lenient_object(std::string_view utf8, std::span<const std::string_view> wanted);

}  // namespace tessera
