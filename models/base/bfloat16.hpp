#pragma once

#include <bit>
#include <cstdint>

namespace tessera {

/// The upper half of a float32: its sign, its exponent, and 7 bits of its fraction. For memory and messages;
/// arithmetic is done in float, to which it converts by itself. Conversions are integer shifts, which
/// compilers vectorise on any machine.
class Bfloat16 {
 public:
  Bfloat16() = default;
  /// Rounds to nearest, ties to even. NaN stays NaN, whatever its lower half.
  explicit constexpr Bfloat16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = bits + 0x7FFFU + ((bits >> 16) & 1U), quiet = bits | 0x400000U;
    // All ones for NaN. A mask and no condition: compilers turn that into a branch, and vectorise nothing.
    const std::uint32_t is_nan = 0U - static_cast<std::uint32_t>((bits & 0x7FFFFFFFU) > 0x7F800000U);
    bits_ = static_cast<std::uint16_t>(((rounded & ~is_nan) | (quiet & is_nan)) >> 16);
  }
  // Written out, as GCC doesn't vectorise what copies a class as a whole.
  constexpr Bfloat16(const Bfloat16& other) : bits_(other.bits_) {}
  constexpr Bfloat16& operator=(const Bfloat16& other) {
    bits_ = other.bits_;
    return *this;
  }
  constexpr operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16); }

 private:
  std::uint16_t bits_ = 0;
};
static_assert(sizeof(Bfloat16) == 2);

}  // namespace tessera
