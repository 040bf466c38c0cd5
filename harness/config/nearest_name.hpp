#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tessera {

/// Fewest single-character insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other (optimal string alignment).
int edit_distance(std::string_view from, std::string_view to);

/// The known name that was probably meant: one of which what was written is a part of three letters or more,
/// or that is such a part of it, else one of the smallest edit distance; the first of equals. Nothing where
/// none is near: where more than a third of the letters would be other ones. Dashes in front don't count.
std::optional<std::string> nearest_name(std::string_view written, std::span<const std::string> known);

}  // namespace tessera
