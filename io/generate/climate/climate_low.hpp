#pragma once

#include "io/generate/climate/climate_weather.hpp"

namespace tessera {

/// A low of middle latitudes: cold aloft, its winds in geostrophic balance. It has no label of its own.
struct ExtratropicalLow {
  GeoPoint centre;
  double radius;    // km
  double depth;     // Pa
  double coldness;  // at 500 hPa, K
};

void add_low(const ClimateGrid& grid, const ExtratropicalLow& low, Weather& weather);

}  // namespace tessera
