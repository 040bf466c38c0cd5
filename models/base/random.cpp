#include "models/base/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
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

Philox::ctr_type identity_of(const RandomStream& s) {
  return Philox()({{low(s.a), high(s.a), low(s.b), high(s.b)}}, {{low(s.seed), high(s.seed)}});
}

float unit(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24F;
}

constexpr std::size_t kLanes = 16;
using Lanes = std::array<std::uint32_t, kLanes>;

// The ten rounds for several counters side by side, in loops that compilers turn into vector instructions, as
// they don't those of Random123.
void philox_lanes(std::array<Lanes, 4>& counters, std::uint32_t key0, std::uint32_t key1) {
  auto& [c0, c1, c2, c3] = counters;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::uint64_t first = std::uint64_t{PHILOX_M4x32_0} * c0[lane];
      const std::uint64_t second = std::uint64_t{PHILOX_M4x32_1} * c2[lane];
      c0[lane] = high(second) ^ c1[lane] ^ key0;
      c1[lane] = low(second);
      c2[lane] = high(first) ^ c3[lane] ^ key1;
      c3[lane] = low(first);
    }
    key0 += PHILOX_W32_0;
    key1 += PHILOX_W32_1;
  }
}

}  // namespace

std::array<std::uint32_t, 4> RandomStream::bits(std::uint64_t index) const {
  const Philox::ctr_type stream = identity_of(*this);
  const Philox::ctr_type out = Philox()({{low(index), high(index), stream[0], stream[1]}},
                                        {{stream[2], stream[3] ^ static_cast<std::uint32_t>(purpose)}});
  return {out[0], out[1], out[2], out[3]};
}

std::array<float, 4> RandomStream::uniform4(std::uint64_t index) const {
  std::array<float, 4> values;
  const auto words = bits(index);
  for (int i = 0; i < 4; ++i) values[i] = unit(words[i]);
  return values;
}

void RandomStream::uniform(std::uint64_t first, std::span<float> values) const {
  const Philox::ctr_type stream = identity_of(*this);
  for (; !values.empty(); first += kLanes) {
    std::array<Lanes, 4> words;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      words[0][lane] = low(first + lane);
      words[1][lane] = high(first + lane);
      words[2][lane] = stream[0];
      words[3][lane] = stream[1];
    }
    philox_lanes(words, stream[2], stream[3] ^ static_cast<std::uint32_t>(purpose));
    const std::size_t count = std::min(values.size(), 4 * kLanes);
    for (std::size_t i = 0; i < count; ++i) values[i] = unit(words[i % 4][i / 4]);
    values = values.subspan(count);
  }
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
