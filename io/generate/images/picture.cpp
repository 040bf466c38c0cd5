#include "io/generate/images/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "io/generate/draws.hpp"

namespace tessera {
namespace {

enum PictureUse : std::uint64_t { kComposition, kGrain };  // of a sample's random numbers

using Colour = std::array<double, 3>;

struct Brightness {
  double least, most;
};
// The ground is dark, and what stands out from it light, as it often is in pictures.
constexpr Brightness kGround{0, 0.35}, kDark{0.35, 0.6}, kLight{0.6, 1};

Colour draw_colour(Brightness range, Draws& draws) {
  const auto value = [&] { return draws.between(range.least, range.most); };
  return {value(), value(), value()};
}

Colour blend(const Colour& one, const Colour& other, double share) {
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) colour[c] = share * one[c] + (1 - share) * other[c];
  return colour;
}

/// Something with an outline and a texture, in a picture of side 1.
struct Thing {
  std::int64_t outline, texture;
  double x, y, radius, turn, periods, phase;
  Colour light, dark;

  /// In its own frame, where its outline has size 1.
  std::array<double, 2> within(double u, double v) const {
    const double dx = (u - x) / radius, dy = (v - y) / radius;
    return {dx * std::cos(turn) + dy * std::sin(turn), dy * std::cos(turn) - dx * std::sin(turn)};
  }
  Colour colour_at(double u, double v) const {
    const auto [s, t] = within(u, v);
    return blend(light, dark, texture_at(texture, s + phase, t + phase, periods));
  }
  /// 1 inside, 0 outside; soft over a pixel.
  double covers(double u, double v, double pixel) const {
    const auto [s, t] = within(u, v);
    return std::clamp(0.5 - outline_distance(outline, s, t) * radius / pixel, 0.0, 1.0);
  }
};

Thing draw_thing(std::int64_t outline, std::int64_t texture, double least, double most, Brightness light,
                 Brightness dark, Draws& draws) {
  Thing thing{.outline = outline,
              .texture = texture,
              .x = draws.between(0.25, 0.75),
              .y = draws.between(0.25, 0.75),
              .radius = draws.between(least, most),
              .turn = draws.between(0, 2 * std::numbers::pi),
              .periods = draws.between(1.6, 3.2),
              .phase = texture == kTextures - 1 ? 0 : draws.between(0, 1),
              .light = draw_colour(light, draws),
              .dark = draw_colour(dark, draws)};
  return thing;
}

int any_of(std::int64_t count, Draws& draws) {
  return draws.integer(0, static_cast<int>(count) - 1);
}

/// From the back to the front: ground, plain things, and that which is meant.
struct Composition {
  Thing ground, meant;
  std::vector<Thing> plain;
  double light_x, light_y, noise;

  Composition(std::int64_t number, Draws& draws)
      : ground(draw_thing(0, any_of(kTextures, draws), 0.3, 0.6, kGround, kGround, draws)),
        meant(draw_thing(number / kTextures, number % kTextures, 0.22, 0.4, kLight, kDark, draws)) {
    const int others = draws.integer(0, 4);
    for (int i = 0; i < others; ++i) {
      plain.push_back(draw_thing(any_of(kOutlines, draws), 0, 0.05, 0.13, kLight, kDark, draws));
      plain.back().x = draws.between(0, 1);
      plain.back().y = draws.between(0, 1);
      plain.back().dark = plain.back().light;
    }
    light_x = draws.between(-0.5, 0.5);
    light_y = draws.between(-0.5, 0.5);
    noise = draws.between(0.01, 0.08);
  }

  Colour at(double u, double v, double pixel) const {
    Colour colour = ground.colour_at(u, v);
    for (const Thing& thing : plain) colour = blend(thing.light, colour, thing.covers(u, v, pixel));
    if (const double share = meant.covers(u, v, pixel); share > 0)
      colour = blend(meant.colour_at(u, v), colour, share);
    const double light = 1 + light_x * (u - 0.5) + light_y * (v - 0.5);
    for (double& value : colour) value *= light;
    return colour;
  }
};

}  // namespace

std::string picture_class(std::int64_t number) {
  return std::string(outline_name(number / kTextures)) + ", " + texture_name(number % kTextures);
}

std::int64_t paint_picture(std::uint64_t seed, std::uint64_t sample, std::int64_t size,
                           std::span<std::uint8_t> pixels) {
  Draws draws({seed, Purpose::Images, sample, kComposition});
  const std::int64_t number = any_of(kPictureClasses, draws);
  const Composition picture(number, draws);
  const RandomStream grain{seed, Purpose::Images, sample, kGrain};
  const double pixel = 1.0 / static_cast<double>(size);
  for (std::int64_t i = 0; i < size * size; ++i) {
    const std::int64_t row = i / size, column = i % size;
    const Colour colour = picture.at((static_cast<double>(column) + 0.5) * pixel,
                                     (static_cast<double>(row) + 0.5) * pixel, pixel);
    const auto index = static_cast<std::uint64_t>(i);
    const auto one = grain.normal2(2 * index), other = grain.normal2(2 * index + 1);
    const Colour noise{one[0], one[1], other[0]};
    for (std::size_t c = 0; c < 3; ++c)
      pixels[3 * static_cast<std::size_t>(i) + c] = static_cast<std::uint8_t>(
          std::lround(255 * std::clamp(colour[c] + picture.noise * noise[c], 0.0, 1.0)));
  }
  return number;
}

}  // namespace tessera
