#pragma once

#include <cstddef>
#include <span>

#include "models/base/random.hpp"

namespace tessera {

/// Independent standard normal numbers, one a site; of an even number of sites.
inline void fill_with_white_noise(std::span<double> sites, const RandomStream& noise) {
  for (std::size_t pair = 0; pair < sites.size() / 2; ++pair) {
    const auto two = noise.normal2(pair);
    sites[2 * pair] = two[0];
    sites[2 * pair + 1] = two[1];
  }
}

}  // namespace tessera
