#pragma once

#include <cstdint>
#include <cstring>

#include "models/base/bfloat16.hpp"
#include "models/base/channel_blocks.hpp"

/// Some numbers at a time, as vectors of GCC and Clang, which fit the registers of any machine: for what
/// compilers don't vectorise by themselves, loops over numbers of several sizes above all. Arithmetic,
/// comparisons (whose result is lanes of 0 or -1) and ?: work by lane.
namespace tessera::lanes {

/// As many floats as the widest register of the processor holds that is compiled for: of more, GCC makes
/// scalar code.
#if defined(__AVX512F__)
constexpr int kMost = 16;
#elif defined(__AVX__)
constexpr int kMost = 8;
#else
constexpr int kMost = 4;
#endif

/// Calls block(std::integral_constant<int, count>, first channel) until all channels have been given.
template <class Block>
void for_each_block(std::int64_t channels, Block&& block) {
  for_each_channel_block<kMost, kMost / 2, kMost / 4, 1>(channels, block);
}

template <class Number, int count>
using Of [[gnu::vector_size(sizeof(Number) * count)]] = Number;
template <int count>
using Floats = Of<float, count>;
template <int count>
using Ints = Of<std::int32_t, count>;

template <int count, class Number>
Of<Number, count> read(const Number* from) {
  Of<Number, count> numbers;
  std::memcpy(&numbers, from, sizeof numbers);
  return numbers;
}

template <int count>
Floats<count> load(const float* from) {
  return read<count>(from);
}
template <int count>
Floats<count> load(const Bfloat16* from) {
  using Bits = Of<std::uint32_t, count>;
  const auto narrow = read<count>(reinterpret_cast<const std::uint16_t*>(from));
  return reinterpret_cast<Floats<count>>(__builtin_convertvector(narrow, Bits) << 16);
}
template <int count>
Ints<count> load(const std::uint8_t* from) {
  // By way of the size between, as GCC has no instruction in mind for both steps at once.
  const auto wider = __builtin_convertvector(read<count>(from), Of<std::uint16_t, count>);
  return __builtin_convertvector(wider, Ints<count>);
}

template <int count>
void store(Floats<count> numbers, float* to) {
  std::memcpy(to, &numbers, sizeof numbers);
}
/// Rounded as a Bfloat16 is made.
template <int count>
void store(Floats<count> numbers, Bfloat16* to) {
  using Bits = Of<std::uint32_t, count>;
  const auto bits = reinterpret_cast<Bits>(numbers);
  const Bits rounded = bits + 0x7FFFU + ((bits >> 16) & 1U), quiet = bits | 0x400000U;
  const Bits chosen = numbers == numbers ? rounded : quiet;
  const auto narrow = __builtin_convertvector(chosen >> 16, Of<std::uint16_t, count>);
  std::memcpy(static_cast<void*>(to), &narrow, sizeof narrow);
}
/// Their lower eight bits.
template <int count>
void store(Ints<count> numbers, std::uint8_t* to) {
  const auto narrower = __builtin_convertvector(numbers, Of<std::uint16_t, count>);
  const auto narrow = __builtin_convertvector(narrower, Of<std::uint8_t, count>);
  std::memcpy(to, &narrow, sizeof narrow);
}

}  // namespace tessera::lanes
