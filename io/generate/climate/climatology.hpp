#pragma once

#include <vector>

#include "io/generate/climate/climate_grid.hpp"

/// The mean state of the atmosphere at each latitude, on which weather is laid.
namespace tessera {

inline constexpr double kGravity = 9.80665;         // m/s2
inline constexpr double kGasConstant = 287.04;      // of dry air, J/(kg K)
inline constexpr double kAirDensity = 1.15;         // near the surface, kg/m3
inline constexpr double kEarthRotation = 7.292e-5;  // rad/s

/// Means over longitude and time.
struct ZonalMean {
  double temperature;  // near the surface, K
  double moisture;     // water vapour of the column, kg/m2
  double wind;         // eastward, at 850 hPa, m/s
  double pressure;     // at sea level, Pa
  double t500, t200;   // K
  double z200;         // height of the 200 hPa surface, m
  double rain;         // m/s

  double coriolis;     // parameter f, 1/s
  double hemisphere;   // 1 in the north, -1 in the south
  double midlatitude;  // 0 in the tropics to 1 in middle latitudes
};

ZonalMean zonal_mean(double latitude);

/// The Coriolis parameter, 1/s; negative in the south.
double coriolis(double latitude);

/// From 0 to 1 around `centre`, over a few `width`.
inline double logistic(double x, double centre, double width) {
  return 1 / (1 + std::exp(-(x - centre) / width));
}
/// 1 at `centre`, falling as a Gaussian of standard deviation width / sqrt(2).
inline double bell(double x, double centre, double width) {
  return std::exp(-(x - centre) * (x - centre) / (width * width));
}

}  // namespace tessera
