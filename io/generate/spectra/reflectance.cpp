#include "io/generate/spectra/reflectance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {
namespace {

constexpr double kShortest = 0.4, kLongest = 2.45;  // micrometres

double bell(double at, double centre, double width) {
  const double away = (at - centre) / width;
  return std::exp(-0.5 * away * away);
}

double step(double at, double centre, double width) {
  return 1 / (1 + std::exp((centre - at) / width));
}

/// What is left of the light at an absorption feature.
double after(double at, double depth, double centre, double width) {
  return 1 - depth * bell(at, centre, width);
}

/// From the least to the most that a quantity is.
struct Range {
  double least, most;
};

/// A plant cover.
struct Plants {
  Range chlorophyll;  // depth of its absorption
  Range water;        // in leaves: depth of its absorption
  Range scatter;      // reflectance of leaves in the near infrared
  Range dry;          // share of dry matter, with cellulose and lignin
  Range cover;        // share of the ground
};

/// Bare ground, or what was built.
struct Ground {
  Range level, slope;  // reflectance at 1 micrometre; how it rises towards the red, of the level
  Range iron, clay, carbonate, water;  // depths of features
};

struct LandCover {
  std::string_view name;
  const Plants* plants;
  const Ground* ground;
  Range row_spacing, row_soil;
};

constexpr Ground kLoam{{.2, .3}, {.35, .6}, {.05, .15}, {.05, .15}, {0, .02}, {.1, .3}};
constexpr Ground kSand{{.32, .48}, {.3, .5}, {.05, .15}, {0, .06}, {0, .05}, {.03, .15}};
constexpr Ground kRedSoil{{.22, .34}, {.55, .8}, {.3, .5}, {.1, .25}, {0, .02}, {.08, .2}};
constexpr Ground kLimestone{{.4, .55}, {.12, .3}, {.02, .1}, {.02, .1}, {.15, .35}, {.05, .2}};
constexpr Ground kAsphalt{{.07, .14}, {.1, .35}, {.0, .06}, {0, .03}, {0, .06}, {0, .08}};
constexpr Ground kConcrete{{.26, .4}, {.1, .3}, {.0, .08}, {.0, .06}, {.06, .2}, {.05, .18}};
constexpr Ground kBrick{{.24, .38}, {.5, .75}, {.25, .45}, {.03, .12}, {0, .03}, {.02, .08}};

constexpr Plants kMaize{{.78, .9}, {.5, .75}, {.44, .56}, {.05, .2}, {.6, .9}};
constexpr Plants kSoybean{{.8, .92}, {.5, .75}, {.48, .6}, {.02, .15}, {.6, .9}};
constexpr Plants kWheat{{.55, .8}, {.3, .55}, {.4, .52}, {.2, .45}, {.7, .95}};
constexpr Plants kHay{{.2, .45}, {.12, .3}, {.34, .46}, {.55, .85}, {.8, 1}};
constexpr Plants kPasture{{.7, .86}, {.4, .65}, {.42, .54}, {.1, .3}, {.8, 1}};
constexpr Plants kBroadleaf{{.82, .94}, {.5, .75}, {.42, .54}, {.02, .12}, {.9, 1}};
constexpr Plants kConifer{{.84, .94}, {.55, .8}, {.24, .34}, {.05, .2}, {.85, 1}};
constexpr Plants kShrub{{.55, .75}, {.25, .45}, {.3, .42}, {.25, .5}, {.35, .65}};

constexpr std::array<LandCover, kLandCovers> kCovers{{
    {"maize", &kMaize, &kLoam, {2.2, 3.2}, {.5, .9}},
    {"soybean", &kSoybean, &kLoam, {3.6, 5.2}, {.5, .9}},
    {"wheat", &kWheat, &kLoam, {0, 0}, {0, 0}},
    {"hay", &kHay, &kLoam, {0, 0}, {0, 0}},
    {"pasture", &kPasture, &kLoam, {0, 0}, {0, 0}},
    {"broadleaf forest", &kBroadleaf, &kLoam, {0, 0}, {0, 0}},
    {"conifer forest", &kConifer, &kLoam, {0, 0}, {0, 0}},
    {"shrubs", &kShrub, &kSand, {0, 0}, {0, 0}},
    {"loam", nullptr, &kLoam, {0, 0}, {0, 0}},
    {"sand", nullptr, &kSand, {0, 0}, {0, 0}},
    {"red soil", nullptr, &kRedSoil, {0, 0}, {0, 0}},
    {"limestone", nullptr, &kLimestone, {0, 0}, {0, 0}},
    {"asphalt", nullptr, &kAsphalt, {0, 0}, {0, 0}},
    {"concrete", nullptr, &kConcrete, {0, 0}, {0, 0}},
    {"brick", nullptr, &kBrick, {0, 0}, {0, 0}},
    {"water", nullptr, nullptr, {0, 0}, {0, 0}},
}};

double drawn(const Range& range, Draws& draws) {
  return draws.between(range.least, range.most);
}

std::vector<double> ground(const Ground& of, std::span<const double> wavelengths, Draws& draws) {
  const double level = drawn(of.level, draws), slope = drawn(of.slope, draws), iron = drawn(of.iron, draws),
               clay = drawn(of.clay, draws), carbonate = drawn(of.carbonate, draws),
               water = drawn(of.water, draws);
  std::vector<double> reflectance;
  for (const double at : wavelengths) {
    double value = level * (1 - slope * std::exp(-(at - kShortest) / 0.35) + 0.1 * slope * (at - 1));
    value *= after(at, iron, 0.5, 0.08) *
             after(at, 0.6 * iron, 0.88, 0.09);  // Fe3+: charge transfer, crystal field
    value *= after(at, clay, 2.2, 0.03) * after(at, 0.4 * clay, 1.41, 0.03);  // Al-OH
    value *= after(at, carbonate, 2.34, 0.035);                               // CO3
    value *= after(at, 0.6 * water, 1.45, 0.06) * after(at, water, 1.93, 0.07);
    reflectance.push_back(std::clamp(value, 0.005, 1.0));
  }
  return reflectance;
}

std::vector<double> plants(const Plants& of, std::span<const double> wavelengths, Draws& draws) {
  const double chlorophyll = drawn(of.chlorophyll, draws), water = drawn(of.water, draws),
               scatter = drawn(of.scatter, draws), dry = drawn(of.dry, draws);
  const double edge = 0.7 + 0.025 * chlorophyll;  // the greener, the further out
  std::vector<double> reflectance;
  for (const double at : wavelengths) {
    // Leaves scatter where nothing absorbs; dry matter yellows below the red edge.
    const double pigment = chlorophyll * (1 - step(at, edge, 0.012));
    double value = scatter * (1 - pigment * (1 - 0.14 * bell(at, 0.55, 0.03)) -
                              (1 - chlorophyll) * 0.5 * bell(at, 0.42, 0.12));
    value *= after(at, 0.15 * water, 0.97, 0.04) * after(at, 0.25 * water, 1.2, 0.05) *
             after(at, 0.95 * water, 1.45, 0.08) * after(at, water, 1.94, 0.1) *
             (1 - 0.55 * water * step(at, 1.4, 0.05));
    value *= after(at, 0.35 * dry, 2.1, 0.06) * after(at, 0.2 * dry, 2.3, 0.05) *
             after(at, 0.12 * dry, 1.73, 0.04);
    reflectance.push_back(std::clamp(value, 0.005, 1.0));
  }
  return reflectance;
}

/// Dark, and without any infrared.
std::vector<double> water_surface(std::span<const double> wavelengths, Draws& draws) {
  const double level = draws.between(0.03, 0.09), mud = draws.between(0, 0.05);
  std::vector<double> reflectance;
  for (const double at : wavelengths)
    reflectance.push_back(level * std::exp(-(at - kShortest) / 0.2) + mud * bell(at, 0.6, 0.1) + 0.006);
  return reflectance;
}

}  // namespace

std::string_view land_cover_name(std::int64_t cover) {
  return kCovers[static_cast<std::size_t>(cover)].name;
}

std::vector<double> band_centres(std::int64_t bands) {
  std::vector<double> centres;
  for (std::int64_t band = 0; band < bands; ++band)
    centres.push_back(kShortest + (kLongest - kShortest) * (static_cast<double>(band) + 0.5) /
                                      static_cast<double>(bands));
  return centres;
}

std::vector<double> draw_reflectance(std::int64_t cover, std::span<const double> wavelengths, Draws& draws) {
  const LandCover& of = kCovers[static_cast<std::size_t>(cover)];
  if (of.ground == nullptr) return water_surface(wavelengths, draws);
  std::vector<double> below = ground(*of.ground, wavelengths, draws);
  if (of.plants == nullptr) return below;
  const std::vector<double> leaves = plants(*of.plants, wavelengths, draws);
  const double share = drawn(of.plants->cover, draws);
  for (std::size_t band = 0; band < below.size(); ++band)
    below[band] = share * leaves[band] + (1 - share) * below[band];
  return below;
}

Rows draw_rows(std::int64_t cover, Draws& draws) {
  const LandCover& of = kCovers[static_cast<std::size_t>(cover)];
  if (of.row_spacing.most == 0) return {};
  return {drawn(of.row_spacing, draws), drawn(of.row_soil, draws)};
}

}  // namespace tessera
