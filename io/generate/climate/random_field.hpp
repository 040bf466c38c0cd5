#pragma once

#include <span>
#include <vector>

#include "io/generate/climate/climate_grid.hpp"
#include "io/generate/fourier.hpp"
#include "models/base/random.hpp"

namespace tessera {

/// Of the amplitude of a field's waves: (1 + (k L / 2 pi)^2)^(-slope / 2), flat beyond the length L and red
/// below it.
struct RedSpectrum {
  double length;  // km
  double slope;
};

/// Draws Gaussian random fields on a grid; holds the transform's memory and plans.
class RandomFields {
 public:
  explicit RandomFields(const ClimateGrid& grid);

  /// The factors of draw(), one a mode: to be made once where many fields of one spectrum are drawn.
  std::vector<double> amplitudes(const RedSpectrum& spectrum) const;
  /// A field of no mean and unit variance over the grid. A pure function of its arguments: white noise, a
  /// number a cell from `noise`, is transformed and coloured.
  Field draw(std::span<const double> amplitudes, const RandomStream& noise);

 private:
  Fourier plane_;
  std::vector<double> squared_wave_number_;  // by mode, rad2/km2, at the region's mean scale
};

}  // namespace tessera
