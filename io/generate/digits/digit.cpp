#include "io/generate/digits/digit.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "io/generate/digits/pen.hpp"
#include "io/generate/draws.hpp"

namespace tessera {
namespace {

enum Use : std::uint64_t { kShape, kNoise };  // of a sample's random numbers

/// How one hand writes: what becomes of the unit square.
struct Hand {
  double turn, slant, width, height;    // radians; x per y; of the square, in pixels
  double move_x, move_y;                // pixels
  double bend, bend_phase, bend_waves;  // sideways, of the square; along its height
  double jitter;                        // of each point, of the square
  double radius, pressure, noise;       // of the pen, in pixels; of full ink; its standard deviation

  explicit Hand(Draws& draws) {
    constexpr double kDegree = std::numbers::pi / 180;
    turn = draws.between(-14, 14) * kDegree;
    slant = draws.between(-0.2, 0.4);
    width = draws.between(13, 21);
    height = draws.between(16, 22);
    move_x = draws.between(-2.2, 2.2);
    move_y = draws.between(-2.2, 2.2);
    bend = draws.between(0, 0.07);
    bend_phase = draws.between(0, 1);
    bend_waves = draws.between(0.5, 1.2);
    jitter = draws.between(0.01, 0.055);
    radius = draws.between(0.7, 1.8);
    pressure = draws.between(0.75, 1);
    noise = draws.between(0, 0.06);
  }

  /// Where a point of the square comes to lie on the sheet.
  SheetPoint place(SheetPoint p) const {
    const double x = p.x - 0.5 + bend * std::sin(2 * std::numbers::pi * (bend_waves * p.y + bend_phase)),
                 y = p.y - 0.5;
    const double across = width * x - slant * height * y, down = height * y;
    const double centre = 0.5 * static_cast<double>(kDigitPixels);
    return {centre + move_x + across * std::cos(turn) - down * std::sin(turn),
            centre + move_y + across * std::sin(turn) + down * std::cos(turn)};
  }
};

}  // namespace

int write_digit(std::uint64_t seed, std::uint64_t sample, std::span<std::uint8_t> pixels) {
  Draws draws({seed, Purpose::Digits, sample, kShape});
  const int digit = draws.integer(0, static_cast<int>(kDigits) - 1);
  const std::vector<Glyph>& ways = digit_glyphs(digit);
  const Glyph& glyph = ways[static_cast<std::size_t>(draws.integer(0, static_cast<int>(ways.size()) - 1))];
  const Hand hand(draws);
  Sheet sheet(kDigitPixels, kDigitPixels);
  for (Stroke stroke : glyph) {
    for (SheetPoint& point : stroke) {
      point.x += draws.between(-hand.jitter, hand.jitter);
      point.y += draws.between(-hand.jitter, hand.jitter);
      point = hand.place(point);
    }
    sheet.draw(stroke, hand.radius);
  }
  const RandomStream noise{seed, Purpose::Digits, sample, kNoise};
  for (std::size_t i = 0; i < pixels.size(); i += 2) {
    const auto grain = noise.normal2(i);
    for (std::size_t k = 0; k < 2; ++k) {
      const double value = hand.pressure * static_cast<double>(sheet.ink()[i + k]) + hand.noise * grain[k];
      pixels[i + k] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
    }
  }
  return digit;
}

}  // namespace tessera
