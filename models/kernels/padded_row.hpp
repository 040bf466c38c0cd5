#pragma once

#include <algorithm>
#include <cstdint>

#include "models/base/box.hpp"

namespace tessera {

/// So many cells of a row of a tensor as floats, with zeros for those that are outside of it. row: its first
/// cell, of so many; null where the row itself is outside. Returns the end of what was written.
template <class T>
float* copy_padded_row(const T* row, std::int64_t row_cells, std::int64_t channels, Interval cells,
                       float* to) {
  float* const end = to + cells.size() * channels;
  const Interval there = intersect(cells, Interval{0, row_cells});
  if (!row || there.empty()) {
    std::fill(to, end, 0.0F);
    return end;
  }
  float* const begin = to + (there.begin - cells.begin) * channels;
  std::fill(to, begin, 0.0F);
  std::fill(std::copy_n(row + there.begin * channels, there.size() * channels, begin), end, 0.0F);
  return end;
}

}  // namespace tessera
