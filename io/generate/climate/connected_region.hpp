#pragma once

#include <cstdint>
#include <vector>

#include "io/generate/climate/climate_grid.hpp"

namespace tessera {

/// One byte a cell: 0 or 1.
using CellMask = std::vector<std::uint8_t>;

/// Takes out of the mask the cells that hang together with `start` by edges or corners (across the date line
/// too, where the grid is periodic), and returns them; none where `start` is not in the mask.
std::vector<std::size_t> take_connected_region(const ClimateGrid& grid, std::size_t start, CellMask& mask);

}  // namespace tessera
