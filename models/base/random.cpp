#include "models/base/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace tessera {
namespace {

// Two blocks, one feeding the other: the first turns seed, a and b into the stream's identity, so that all 64
// bits of each of them count beside a 64-bit index.
using Philox = r123::Philox4x32;

std::uint32_t low(std::uint64_t x) {
  return static_cast<std::uint32_t>(x);
}
std::uint32_t high(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32);
}

// 52 bits and a half: neither 0 nor, by rounding, 1.
double open_unit(std::uint32_t first, std::uint32_t second) {
  return (static_cast<double>((std::uint64_t{first} << 20) ^ (second >> 12)) + 0.5) * 0x1p-52;
}

}  // namespace

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t index) const {
  const Philox philox;
  const Philox::ctr_type stream = philox({{low(a), high(a), low(b), high(b)}}, {{low(seed), high(seed)}});
  const Philox::ctr_type out = philox({{low(index), high(index), stream[0], stream[1]}},
                                      {{stream[2], stream[3] ^ static_cast<std::uint32_t>(purpose)}});
  return {out[0], out[1], out[2], out[3]};
}

std::array<float, 4> RandomStream::uniform4(std::uint64_t index) const {
  std::array<float, 4> values;
  const auto words = bits(index);
  for (int i = 0; i < 4; ++i) values[i] = static_cast<float>(words[i] >> 8) * 0x1p-24F;
  return values;
}

double RandomStream::uniform(std::uint64_t index) const {
  const auto words = bits(index);
  return open_unit(words[0], words[1]);
}

std::array<double, 2> RandomStream::normal2(std::uint64_t index) const {
  const auto words = bits(index);
  const double u = open_unit(words[0], words[1]), v = open_unit(words[2], words[3]);
  const double radius = std::sqrt(-2.0 * std::log(u)), angle = 2.0 * std::numbers::pi * v;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace tessera
