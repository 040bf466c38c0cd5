#pragma once

#include "io/generate/climate/climate_grid.hpp"
#include "io/generate/climate/climate_weather.hpp"
#include "io/generate/draws.hpp"

namespace tessera {

/// Draws the storms of a snapshot, how many, where and how strong, and adds them to its weather: tropical
/// cyclones and atmospheric rivers, and the distractors, which have all but one of their marks: short moist
/// surges, cold-core lows with the winds of cyclones, extratropical lows.
void add_storms(const ClimateGrid& grid, Draws& draws, Weather& weather);

}  // namespace tessera
