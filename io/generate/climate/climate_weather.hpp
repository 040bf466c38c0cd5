#pragma once

#include <array>
#include <cstdint>

#include "io/generate/climate/climatology.hpp"
#include "io/generate/climate/random_field.hpp"

namespace tessera {

/// A snapshot in the making: what differs from the zonal means, before balance and thermodynamics make
/// channels of it. Storms add themselves to it.
struct Weather {
  Field stream_function;      // of the wind at 850 hPa, m2/s
  Field stream_function_200;  // at 200 hPa, m2/s
  Field east, north;          // wind at 850 hPa beside the stream function's, m/s
  Field pressure;             // at sea level, beside the stream function's, Pa
  Field moisture;             // water vapour of the column, kg/m2, zonal mean included
  Field rain;                 // m/s, zonal mean included
  Field surface;              // temperature near the surface, K
  Field skin;                 // what the ground adds to it over land, in units of 1.2 K
  Field t500, t200;           // temperatures, K
};

/// Draws weather without storms from six Gaussian random fields of red spectrum.
class BackgroundWeather {
 public:
  BackgroundWeather(const ClimateGrid& grid, RandomFields& fields);

  /// A pure function of seed and snapshot (its number).
  Weather draw(std::uint64_t seed, std::uint64_t snapshot);

 private:
  const ClimateGrid& grid_;
  RandomFields& fields_;
  std::array<std::vector<double>, 6> amplitudes_;
  std::vector<double> vorticity_;  // by row: standard deviation of the stream function, m2/s
};

}  // namespace tessera
