#pragma once

#include <cstdint>

#include "models/base/random.hpp"

namespace tessera {

/// An integer in [0, bound), every one equally likely: words of 64 bits that fall in the last, incomplete run
/// of `bound` values are refused. A pure function of (stream, index): refused words are replaced by the next
/// of the stream of the same index.
inline std::uint64_t uniform_below(const RandomStream& stream, std::uint64_t index, std::uint64_t bound) {
  const std::uint64_t refused = (0 - bound) % bound;  // 2^64 mod bound
  for (std::uint64_t attempt = 0;; ++attempt) {
    const auto words = stream.bits((attempt << 48) | index);
    const std::uint64_t word = (std::uint64_t{words[0]} << 32) | words[1];
    if (word >= refused) return word % bound;
  }
}

}  // namespace tessera
