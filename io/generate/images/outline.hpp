#pragma once

#include <cstdint>

namespace tessera {

inline constexpr std::int64_t kOutlines = 4, kTextures = 4;

/// "disc", "square", "triangle", "star".
const char* outline_name(std::int64_t outline);
/// "stripes", "checks", "dots", "rings".
const char* texture_name(std::int64_t texture);

/// How far a place is outside of the outline, negative within; of size 1 around the origin.
double outline_distance(std::int64_t outline, double x, double y);

/// From 0 to 1 at a place, with so many periods along a length of 1.
double texture_at(std::int64_t texture, double x, double y, double periods);

}  // namespace tessera
