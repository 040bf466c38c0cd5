#include "io/picture/colour_map.hpp"

#include <algorithm>
#include <array>

namespace tessera {
namespace {

// Every 17th of the 256 colours of viridis, by S. van der Walt, N. Smith and E. Firing (2015), which they
// gave to the public domain (CC0): https://bids.github.io/colormap
constexpr std::array<Rgb, 16> kViridis{{{68, 1, 84},
                                        {72, 26, 108},
                                        {71, 47, 125},
                                        {65, 68, 135},
                                        {57, 86, 140},
                                        {49, 104, 142},
                                        {42, 120, 142},
                                        {35, 136, 142},
                                        {31, 152, 139},
                                        {34, 168, 132},
                                        {53, 183, 121},
                                        {84, 197, 104},
                                        {122, 209, 81},
                                        {165, 219, 54},
                                        {210, 226, 27},
                                        {253, 231, 37}}};

}  // namespace

Rgb viridis(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
  return mix(kViridis[below + 1], kViridis[below], place - static_cast<double>(below));
}

}  // namespace tessera
