#pragma once

#include "io/generate/climate/connected_region.hpp"

namespace tessera {

/// The cells of atmospheric rivers, by the criteria of climate_labels.hpp, of water vapour (TMQ, kg/m2) and
/// wind at 850 hPa (m/s), outside `excluded`.
CellMask find_atmospheric_rivers(const ClimateGrid& grid, const Field& moisture, const Field& wind,
                                 const CellMask& excluded);

/// Size and form of a region, km2 and km. Length and width are those of the rod of equal area and equal
/// second moment along the region's longest axis.
struct RegionForm {
  double area, length;
  double width() const { return area / length; }
};
/// Of at least two cells.
RegionForm form_of(const ClimateGrid& grid, const std::vector<std::size_t>& region);

}  // namespace tessera
