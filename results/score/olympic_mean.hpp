#pragma once

#include <cassert>
#include <numeric>
#include <span>

namespace tessera {

/// The arithmetic mean of sorted values without the first and the last; there must be at least three.
inline double mean_without_ends(std::span<const double> sorted) {
  assert(sorted.size() >= 3);
  const auto middle = sorted.subspan(1, sorted.size() - 2);
  return std::accumulate(middle.begin(), middle.end(), 0.0) / static_cast<double>(middle.size());
}

}  // namespace tessera
