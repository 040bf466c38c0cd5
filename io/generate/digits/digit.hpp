#pragma once

#include <cstdint>
#include <span>

namespace tessera {

inline constexpr std::int64_t kDigitPixels = 28, kDigits = 10;  // along either axis; classes

/// Writes a digit by hand, so to speak: one of the ways to write it, its points moved a little, the whole
/// bent, slanted, turned, stretched and moved, with a pen of some width and pressure, on a sheet with some
/// noise. Fills `pixels` (H W), 0 where there is nothing; returns which digit it is. A pure function of seed
/// and sample; each digit comes equally often on average.
int write_digit(std::uint64_t seed, std::uint64_t sample, std::span<std::uint8_t> pixels);

}  // namespace tessera
