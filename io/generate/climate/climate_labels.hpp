#pragma once

#include <cstdint>
#include <span>

#include "io/generate/climate/climate_grid.hpp"

namespace tessera {

/// Labels a snapshot by its fields alone, whatever was put into it.
/// Tropical cyclone (criteria after Knutson et al. 2007 and TECA, Prabhat et al. 2012): a minimum of pressure
/// at 5 to 35 degrees, 8 hPa or more below the mean of its ring from 500 to 900 km, with 17.5 m/s of wind
/// within 300 km and a core at 500 hPa (within 150 km) warmer than the ring by 0.6 K or more; its cells are
/// those that hang together with the minimum, within 500 km, with 15 m/s of wind or 8 hPa of depth.
/// Atmospheric river (after Ralph et al. 2004; Guan & Waliser 2015): cells that hang together, at 20 to 66
/// degrees, where TMQ times the wind at 850 hPa is 350 kg/(m s) or more above its climatology, 2e5 km2 or
/// more of them, 1500 km or longer and at least twice as long as wide. Where both are, the cyclone counts.
/// channels: (H,W,C) of deepcam_channels.hpp. labels: (H,W), a DeepcamClass each.
void label_climate(const ClimateGrid& grid, std::span<const float> channels, std::span<std::uint8_t> labels);

}  // namespace tessera
