#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tessera {

/// Fewest single-character insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other (optimal string alignment).
int edit_distance(std::string_view from, std::string_view to);

/// The known name closest to what was written: one that contains it, else one of the smallest edit distance;
/// the first of equals. `known` must not be empty.
std::string nearest_name(std::string_view written, std::span<const std::string> known);

}  // namespace tessera
