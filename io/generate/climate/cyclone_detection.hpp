#pragma once

#include "io/generate/climate/connected_region.hpp"

namespace tessera {

/// The cells of tropical cyclones, by the criteria of climate_labels.hpp, of pressure at sea level (Pa), wind
/// at 850 hPa (m/s) and temperature at 500 hPa (K).
CellMask find_tropical_cyclones(const ClimateGrid& grid, const Field& pressure, const Field& wind,
                                const Field& t500);

}  // namespace tessera
