#include "io/picture/image.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

std::uint8_t mix(std::uint8_t one, std::uint8_t other, double share) {
  return static_cast<std::uint8_t>(std::lround(share * one + (1 - share) * other));
}

}  // namespace

Rgb mix(const Rgb& one, const Rgb& other, double share) {
  return {mix(one.r, other.r, share), mix(one.g, other.g, share), mix(one.b, other.b, share)};
}

std::int64_t enlargement(std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kWellSeen = 512, kMost = 4096;
  const auto [shorter, longer] = std::minmax(rows, columns);
  const std::int64_t wanted = (kWellSeen + shorter - 1) / shorter;
  return std::clamp<std::int64_t>(kMost / longer, 1, wanted);
}

}  // namespace tessera
