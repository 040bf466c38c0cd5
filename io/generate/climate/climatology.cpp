#include "io/generate/climate/climatology.hpp"

namespace tessera {

double coriolis(double latitude) {
  return 2 * kEarthRotation * std::sin(radians(latitude));
}

ZonalMean zonal_mean(double latitude) {
  const double poleward = std::abs(latitude);
  const double sine = std::sin(radians(latitude)), sine2 = std::sin(radians(2 * latitude));
  ZonalMean mean{};
  mean.temperature = 301.0 - 42.0 * sine * sine;
  // Dry subtropics, moist tropics; saturation grows by 6.2 % a kelvin (Clausius-Clapeyron).
  const double humidity = 0.78 - 0.16 * bell(poleward, 24, 9) + 0.08 * bell(poleward, 0, 10);
  mean.moisture = 56.0 * humidity * std::exp(0.062 * (mean.temperature - 300.0));
  mean.wind = -6.0 * bell(poleward, 8, 11) + 9.0 * bell(poleward, 45, 13);  // trades and westerlies
  mean.pressure =
      101200.0 - 300 * bell(poleward, 0, 10) + 800 * bell(poleward, 32, 11) - 1300 * bell(poleward, 63, 12);
  mean.t500 = 268.5 - 27.0 * sine * sine;
  mean.t200 = 218.5 - 2.0 * sine2 * sine2;
  mean.z200 = 12420.0 - 1350.0 * sine * sine;
  mean.rain = 5e-8 * bell(poleward, 6, 7) + 2.5e-8 * bell(poleward, 45, 14);
  mean.coriolis = coriolis(latitude);
  mean.hemisphere = latitude >= 0 ? 1 : -1;
  mean.midlatitude = logistic(poleward, 27, 5);
  return mean;
}

}  // namespace tessera
