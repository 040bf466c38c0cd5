#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/generate/draws.hpp"

/// Reflectance of land covers between 0.4 and 2.45 micrometres, as mixtures of what absorbs light there:
/// positions and widths of the features are those of spectral libraries (Clark 1999, "Spectroscopy of rocks
/// and minerals"; Kokaly et al. 2017, USGS Spectral Library Version 7; Gates et al. 1965 for leaves), their
/// strengths are drawn.
namespace tessera {

inline constexpr std::int64_t kLandCovers = 16;

/// "maize", "soybean", ...
std::string_view land_cover_name(std::int64_t cover);

/// Of so many bands of equal width: their centres, in micrometres.
std::vector<double> band_centres(std::int64_t bands);

/// What a field of the cover reflects: one draw, which says how green, wet, dense, ... it is. From 0 to 1 by
/// band.
std::vector<double> draw_reflectance(std::int64_t cover, std::span<const double> wavelengths, Draws& draws);

/// Rows of plants: how many pixels from one row to the next, and how much of the soil is seen between them; 0
/// where the cover has none.
struct Rows {
  double spacing = 0, soil = 0;
};
Rows draw_rows(std::int64_t cover, Draws& draws);

}  // namespace tessera
