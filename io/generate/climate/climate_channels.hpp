#pragma once

#include <span>

#include "io/generate/climate/climate_planet.hpp"
#include "io/generate/climate/climate_weather.hpp"
#include "io/generate/climate/deepcam_channels.hpp"

namespace tessera {

/// Makes the sixteen channels (H,W,C) of a snapshot's weather: geostrophic wind of the stream function,
/// friction and orography at the surface, heights from hydrostatic balance, humidity from Clausius-Clapeyron.
void write_channels(const ClimateGrid& grid, const Planet& planet, const Weather& weather,
                    std::span<float> channels);

}  // namespace tessera
