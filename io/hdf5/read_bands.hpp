#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5/hdf5_chunks.hpp"

namespace tessera {

/// Hands on a block of a data set, however large, from front to back: take(elements) is called with a row of
/// chunks at a time, inflated outside of the library's lock, or with as many rows as fit a mebibyte (one at
/// least) where the library itself reads. Throws as read_inflated().
template <class T, class Take>
void read_bands(const Hdf5File& file, const std::string& name, std::vector<Interval> block,
                const Take& take) {
  constexpr std::int64_t kBytes = std::int64_t{1} << 20;
  thread_local std::vector<T> band;  // kept from one file to the next, as fresh pages are slow
  const Interval rows = block.empty() ? Interval{0, 1} : block[0];
  std::int64_t elements = 1;  // of a row
  for (std::size_t axis = 1; axis < block.size(); ++axis) elements *= block[axis].size();
  const std::optional<Hdf5Chunks> chunks = Hdf5Chunks::open<T>(file, name);
  const std::int64_t row_bytes = std::max<std::int64_t>(1, elements) * static_cast<std::int64_t>(sizeof(T));
  const std::int64_t at_once =
      chunks ? chunks->chunk_shape()[0] : std::max<std::int64_t>(1, kBytes / row_bytes);
  for (std::int64_t row = rows.begin; row < rows.end;) {
    const Interval some{row, std::min((row / at_once + 1) * at_once, rows.end)};
    row = some.end;
    if (!block.empty()) block[0] = some;
    band.resize(static_cast<std::size_t>(some.size() * elements));
    if (chunks)
      chunks->read(block, std::as_writable_bytes(std::span(band)), 1);
    else
      file.read<T>(name, block, band);
    take(std::span<const T>(band));
  }
}

}  // namespace tessera
