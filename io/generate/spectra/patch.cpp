#include "io/generate/spectra/patch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "io/generate/spectra/reflectance.hpp"

namespace tessera {
namespace {

enum SpectraUse : std::uint64_t { kScene, kTexture, kInstrument };  // of a sample's random numbers

constexpr std::int64_t kSide = kPatchPixels;
constexpr std::size_t kPixels = kSide * kSide;
using Map = std::array<double, kPixels>;  // H W

Map filled(double value) {
  Map map;
  map.fill(value);
  return map;
}

/// Share of each pixel that the other field has: a border in any direction, which leaves the middle alone.
Map border(Draws& draws) {
  if (draws.between(0, 1) < 0.4) return filled(0);
  const double direction = draws.between(0, 2 * std::numbers::pi), distance = draws.between(1.8, 5);
  Map map;
  for (std::int64_t i = 0; i < kSide * kSide; ++i) {
    const std::int64_t row = i / kSide, column = i % kSide;
    const double x = static_cast<double>(column) - 5, y = static_cast<double>(row) - 5;
    map[static_cast<std::size_t>(i)] =
        std::clamp(x * std::cos(direction) + y * std::sin(direction) - distance + 0.5, 0.0, 1.0);
  }
  return map;
}

/// Share of bare ground between rows of plants.
Map between_rows(const Rows& rows, Draws& draws) {
  const double direction = draws.between(0, 2 * std::numbers::pi), phase = draws.between(0, 1);
  if (rows.spacing == 0) return filled(0);
  Map map;
  for (std::int64_t i = 0; i < kSide * kSide; ++i) {
    const double x = static_cast<double>(i % kSide), y = static_cast<double>(i / kSide);
    const double across = (x * std::cos(direction) + y * std::sin(direction)) / rows.spacing + phase;
    map[static_cast<std::size_t>(i)] = 0.5 * rows.soil * (1 + std::cos(2 * std::numbers::pi * across));
  }
  return map;
}

/// What a pixel gets of its neighbours' light.
Map blurred(const Map& map, double sigma) {
  std::array<double, 3> weight{1, std::exp(-0.5 / (sigma * sigma)), std::exp(-2 / (sigma * sigma))};
  Map result{};
  for (std::int64_t y = 0; y < kSide; ++y)
    for (std::int64_t x = 0; x < kSide; ++x) {
      double sum = 0, of = 0;
      for (std::int64_t v = std::max<std::int64_t>(0, y - 2); v < std::min(kSide, y + 3); ++v)
        for (std::int64_t u = std::max<std::int64_t>(0, x - 2); u < std::min(kSide, x + 3); ++u) {
          const double w = weight[static_cast<std::size_t>(std::abs(v - y))] *
                           weight[static_cast<std::size_t>(std::abs(u - x))];
          sum += w * map[static_cast<std::size_t>(v * kSide + u)];
          of += w;
        }
      result[static_cast<std::size_t>(y * kSide + x)] = sum / of;
    }
  return result;
}

/// Shares of what lies in each pixel, and how brightly it is lit.
struct Scene {
  Map other, soil, light;
};

Scene draw_scene(const Rows& rows, std::uint64_t seed, std::uint64_t sample, Draws& draws) {
  const double sigma = draws.between(0.4, 0.9);
  Scene scene{blurred(border(draws), sigma), blurred(between_rows(rows, draws), sigma), {}};
  const double sun = draws.between(0.6, 1.1), roughness = draws.between(0.02, 0.08);
  const bool has_shade = draws.between(0, 1) < 0.25;
  const Map shade = blurred(border(draws), sigma);
  const RandomStream texture{seed, Purpose::Spectra, sample, kTexture};
  for (std::size_t i = 0; i < kPixels; ++i)
    scene.light[i] = sun * (1 + roughness * texture.normal2(i)[0]) * (has_shade ? 1 - 0.6 * shade[i] : 1);
  scene.light = blurred(scene.light, 0.4);
  return scene;
}

/// What air lets pass, and what it adds, by band.
struct Air {
  std::vector<double> passes, adds;

  Air(std::span<const double> wavelengths, Draws& draws) {
    const double vapour = draws.between(0.3, 1.2), haze = draws.between(0.3, 1.5);
    for (const double at : wavelengths) {
      const auto line = [at](double depth, double centre, double width) {
        const double away = (at - centre) / width;
        return depth * std::exp(-0.5 * away * away);
      };
      passes.push_back(std::exp(-vapour * (line(0.35, 0.94, 0.025) + line(0.45, 1.13, 0.03) +
                                           line(2.5, 1.38, 0.04) + line(3, 1.88, 0.05))));
      adds.push_back(haze * 0.012 * std::pow(0.5 / at, 4));
    }
  }
};

}  // namespace

std::int64_t draw_patch(std::uint64_t seed, std::uint64_t sample, std::int64_t bands,
                        std::span<std::int16_t> reflectance) {
  constexpr double kScale = 10000;
  Draws draws({seed, Purpose::Spectra, sample, kScene});
  const int most = static_cast<int>(kLandCovers) - 1;
  const std::int64_t cover = draws.integer(0, most), neighbour = draws.integer(0, most);
  const std::vector<double> wavelengths = band_centres(bands);
  const std::vector<double> field = draw_reflectance(cover, wavelengths, draws),
                            beside = draw_reflectance(neighbour, wavelengths, draws);
  constexpr std::int64_t kBareLoam = 8;
  const std::vector<double> soil = draw_reflectance(kBareLoam, wavelengths, draws);
  const Scene scene = draw_scene(draw_rows(cover, draws), seed, sample, draws);
  const Air air(wavelengths, draws);
  const double noise = draws.between(0.001, 0.007), stripes = draws.between(0, 0.003);
  const RandomStream instrument{seed, Purpose::Spectra, sample, kInstrument};
  const auto count = static_cast<std::size_t>(bands);
  for (std::size_t i = 0; i < kPixels * count; ++i) {
    const std::size_t pixel = i / count, band = i % count;
    const double own = (1 - scene.soil[pixel]) * field[band] + scene.soil[pixel] * soil[band];
    const double seen =
        scene.light[pixel] * ((1 - scene.other[pixel]) * own + scene.other[pixel] * beside[band]);
    const double stripe = instrument.normal2(kPixels * count + pixel % kSide * count + band)[0];
    const double value =
        air.passes[band] * seen + air.adds[band] + noise * instrument.normal2(i)[0] + stripes * stripe;
    reflectance[i] = static_cast<std::int16_t>(std::lround(kScale * std::clamp(value, 0.0, 3.0)));
  }
  return cover;
}

}  // namespace tessera
