#include "io/generate/images/outline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr double kPi = std::numbers::pi;
enum Outline : std::int64_t { kDisc, kSquare, kTriangle, kStar };
enum Texture : std::int64_t { kStripes, kChecks, kDots, kRings };

/// A wave of period 1, steep at its flanks.
double wave(double at) {
  return 0.5 + 0.5 * std::tanh(2.5 * std::sin(2 * kPi * at));
}

/// Of a regular polygon with its corners at distance 1: how far beyond the nearest side.
double beyond_side(double x, double y, int sides) {
  const double turn = 2 * kPi / sides, angle = std::atan2(x, -y);  // from the top corner
  const double from_side = angle - turn * (std::floor(angle / turn) + 0.5);
  return std::hypot(x, y) * std::cos(from_side) - std::cos(turn / 2);
}

}  // namespace

const char* outline_name(std::int64_t outline) {
  return std::array{"disc", "square", "triangle", "star"}.at(static_cast<std::size_t>(outline));
}

const char* texture_name(std::int64_t texture) {
  return std::array{"stripes", "checks", "dots", "rings"}.at(static_cast<std::size_t>(texture));
}

double outline_distance(std::int64_t outline, double x, double y) {
  switch (outline) {
    case kDisc:
      return std::hypot(x, y) - 0.9;
    case kSquare:
      return beyond_side(x, y, 4);
    case kTriangle:
      return beyond_side(x, y, 3);
    default: {
      constexpr int kPoints = 5;
      // Its rim goes in and out between the points.
      return std::hypot(x, y) - (0.72 + 0.28 * std::cos(kPoints * std::atan2(x, -y)));
    }
  }
}

double texture_at(std::int64_t texture, double x, double y, double periods) {
  switch (texture) {
    case kStripes:
      return wave(periods * x);
    case kChecks: {
      const double one = 2 * wave(periods * x) - 1, other = 2 * wave(periods * y) - 1;
      return 0.5 + 0.5 * one * other;
    }
    case kDots: {
      const double u = periods * x - std::floor(periods * x) - 0.5,
                   v = periods * y - std::floor(periods * y) - 0.5;
      return std::clamp(0.5 + 8 * (0.3 - std::hypot(u, v)), 0.0, 1.0);
    }
    default:
      return wave(periods * std::hypot(x, y));
  }
}

}  // namespace tessera
