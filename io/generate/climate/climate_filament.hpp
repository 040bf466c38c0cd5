#pragma once

#include "io/generate/climate/climate_weather.hpp"

namespace tessera {

/// A moist filament with a low-level jet along its curved axis: an atmospheric river where it is long, a
/// moist surge where it is short.
struct MoistFilament {
  GeoPoint from;
  GeoPoint extent;  // from one end of the axis to the other, degrees
  double bow;       // how far the axis swings out to the side, km
  double moisture;  // it adds at its axis, kg/m2
  double jet;       // m/s
  double width;     // standard deviation across, km
  double fade;      // the share of the axis over which either end fades
};

void add_filament(const ClimateGrid& grid, const MoistFilament& filament, Weather& weather);

}  // namespace tessera
