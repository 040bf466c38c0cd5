#pragma once

#include "io/picture/image.hpp"

namespace tessera {

/// The colour map viridis, in which equal steps look equal, also to the colour-blind: from dark violet at 0
/// to bright yellow at 1. What lies outside has the colour of the end.
Rgb viridis(double share);

}  // namespace tessera
