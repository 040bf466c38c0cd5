#include "io/generate/climate/climate_storms.hpp"

#include <algorithm>

#include "io/generate/climate/climate_cyclone.hpp"
#include "io/generate/climate/climate_filament.hpp"
#include "io/generate/climate/climate_low.hpp"

namespace tessera {
namespace {

constexpr double kMargin = 2;  // degrees of latitude between a storm and the edge of the region

double draw_hemisphere(const ClimateGrid& grid, Draws& draws) {
  return grid.both_hemispheres() ? draws.sign() : 1.0;
}

/// So many degrees from the equator, and within the region.
GeoPoint draw_place(const ClimateGrid& grid, double least, double most, Draws& draws) {
  const ClimateRegion& region = grid.region();
  constexpr int kTries = 100;
  double latitude = 0;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double hemisphere = draw_hemisphere(grid, draws);
    latitude = hemisphere * draws.between(least, most);
    if (region.south + kMargin < latitude && latitude < region.north - kMargin) break;
  }
  const double edge = grid.periodic() ? 0 : 0.08;
  return {latitude, draws.between(edge, 1 - edge) * region.width};
}

ExtratropicalLow draw_low(GeoPoint centre, Draws& draws) {
  const double radius = draws.between(380, 650), depth = draws.between(600, 1600);
  return {centre, radius, depth, draws.between(2, 5)};
}

/// Poleward and eastwards out of the subtropics.
MoistFilament draw_river(const ClimateGrid& grid, Draws& draws) {
  const ClimateRegion& region = grid.region();
  const double hemisphere = draw_hemisphere(grid, draws);
  const double from = draws.between(20, 27);  // degrees from the equator, as the next two
  const double farthest = std::max(std::abs(region.south), std::abs(region.north)) - kMargin;
  const double poleward = std::min(draws.between(16, 25), farthest - from);
  const double east = draws.between(20, 42);
  const double west_end =
      grid.periodic() ? draws.between(0, region.width) : draws.between(0.2, 0.8) * region.width - 0.5 * east;
  MoistFilament river{{hemisphere * from, west_end}, {hemisphere * poleward, east}, 0, 0, 0, 0, 0.12};
  river.bow = draws.between(-350, 450);
  river.moisture = draws.between(16, 26);
  river.jet = draws.between(18, 28);
  river.width = draws.between(120, 200);
  return river;
}

/// The low that a river feeds, near its far end.
ExtratropicalLow draw_low_of(const MoistFilament& river, Draws& draws) {
  const double latitude = river.from.latitude + river.extent.latitude * draws.between(0.75, 1.05);
  const double longitude = river.from.longitude + river.extent.longitude * draws.between(0.35, 0.7) - 10;
  return draw_low({std::clamp(latitude, -62.0, 62.0), longitude}, draws);
}

/// As moist and windy as a river, but short.
MoistFilament draw_surge(const ClimateGrid& grid, Draws& draws) {
  const GeoPoint from = draw_place(grid, 24, 46, draws);
  const double poleward = (from.latitude > 0 ? 1 : -1) * draws.between(2, 6), east = draws.between(2, 8);
  MoistFilament surge{from, {poleward, east}, 0, 0, 0, 0, 0.02};
  surge.bow = draws.between(-60, 60);
  surge.moisture = draws.between(16, 26);
  surge.jet = draws.between(18, 28);
  surge.width = draws.between(120, 200);
  return surge;
}

/// What tropical cyclones and cold-core lows have in common.
Cyclone draw_vortex(const ClimateGrid& grid, GeoPoint centre, Draws& draws) {
  Cyclone cyclone{};
  cyclone.centre = centre;
  cyclone.depth = draws.between(1600, 6500);
  cyclone.shape = draws.between(1.1, 1.6);
  cyclone.outer_radius = draws.between(480, 700);
  cyclone.radius = std::max(draws.between(50, 95), 0.9 * grid.cell_north());  // what the grid resolves
  cyclone.translation.east = draws.between(-6, -1);
  cyclone.translation.north = (centre.latitude > 0 ? 1 : -1) * draws.between(0, 4);
  return cyclone;
}

Cyclone draw_tropical_cyclone(const ClimateGrid& grid, Draws& draws) {
  Cyclone cyclone = draw_vortex(grid, draw_place(grid, 9, 28, draws), draws);
  cyclone.warm_500 = 9e-4 * cyclone.depth;
  cyclone.warm_200 = 7e-4 * cyclone.depth;
  cyclone.moisture = 15;
  cyclone.spiral_rain = true;
  return cyclone;
}

Cyclone draw_cold_core_low(const ClimateGrid& grid, Draws& draws) {
  Cyclone low = draw_vortex(grid, draw_place(grid, 12, 36, draws), draws);
  low.warm_500 = -draws.between(1.0, 3.0);
  low.warm_200 = -draws.between(0.5, 2.0);
  low.moisture = 12;
  return low;
}

}  // namespace

void add_storms(const ClimateGrid& grid, Draws& draws, Weather& weather) {
  const WeatherCounts& counts = grid.region().weather;
  const auto draw_count = [&](WeatherCounts::Range range) { return draws.integer(range.least, range.most); };
  for (int left = draws.poisson(counts.extratropical_lows); left > 0; --left)
    add_low(grid, draw_low(draw_place(grid, 36, 60, draws), draws), weather);
  for (int left = draw_count(counts.atmospheric_rivers); left > 0; --left) {
    const MoistFilament river = draw_river(grid, draws);
    add_filament(grid, river, weather);
    add_low(grid, draw_low_of(river, draws), weather);
  }
  for (int left = draws.poisson(counts.moist_surges); left > 0; --left)
    add_filament(grid, draw_surge(grid, draws), weather);
  for (int left = draw_count(counts.tropical_cyclones); left > 0; --left)
    add_cyclone(grid, draw_tropical_cyclone(grid, draws), weather);
  for (int left = draws.poisson(counts.cold_core_lows); left > 0; --left)
    add_cyclone(grid, draw_cold_core_low(grid, draws), weather);
}

}  // namespace tessera
