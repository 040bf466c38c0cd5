#pragma once

#include "io/generate/climate/climate_weather.hpp"

namespace tessera {

/// A vortex in gradient-wind balance (Holland 1980, Mon. Wea. Rev. 108, 1212): a tropical cyclone, or a
/// cold-core low of the same winds, which is none.
struct Cyclone {
  GeoPoint centre;
  double depth;               // of pressure, Pa
  double shape;               // Holland's B
  double radius;              // where the wind is strongest, km
  double outer_radius;        // where it has mostly faded, km
  Offset translation;         // m/s
  double warm_500, warm_200;  // of the core at 500 and 200 hPa, K; negative: cold
  bool spiral_rain;
  double moisture;  // it adds at its centre, kg/m2
};

void add_cyclone(const ClimateGrid& grid, const Cyclone& cyclone, Weather& weather);

}  // namespace tessera
