#include "io/generate/climate/climate_cyclone.hpp"

#include <algorithm>

namespace tessera {
namespace {

constexpr double kReach = 2.6;  // outer radii; e^-6.8 is left there

/// Wind and pressure of a vortex by distance from its centre, km.
class Vortex {
 public:
  explicit Vortex(const Cyclone& cyclone)
      : cyclone_(cyclone), half_coriolis_(std::abs(coriolis(cyclone.centre.latitude)) / 2) {}

  /// Tangential, m/s.
  double wind(double distance) const {
    const double ratio = std::pow(cyclone_.radius / distance, cyclone_.shape);
    const double rotation = distance * 1e3 * half_coriolis_;
    const double squared = cyclone_.shape / kAirDensity * ratio * cyclone_.depth * std::exp(-ratio);
    return (std::sqrt(squared + rotation * rotation) - rotation) * fade(distance);
  }
  /// Below its surroundings, Pa.
  double deficit(double distance) const {
    const double ratio = std::pow(cyclone_.radius / distance, cyclone_.shape);
    return cyclone_.depth * (1 - std::exp(-ratio)) * fade(distance);
  }

 private:
  double fade(double distance) const { return bell(distance, 0, cyclone_.outer_radius); }

  const Cyclone& cyclone_;
  double half_coriolis_;
};

/// Two bands that wind inwards, logarithmic spirals: 0.7 between them to 1.3 on them.
double spiral(Offset offset, double distance, double hemisphere) {
  const double angle = std::atan2(offset.north, offset.east) * hemisphere - 0.9 * std::log(distance / 60);
  return 0.7 + 0.6 * std::max(0.0, std::cos(2 * angle));
}

/// On the cells of the grid, m/s.
double strongest_wind(const ClimateGrid& grid, const Cyclone& cyclone) {
  const Vortex vortex(cyclone);
  double strongest = 0;
  grid.for_each_within(cyclone.centre, cyclone.outer_radius, [&](std::size_t, Offset offset) {
    strongest = std::max(strongest, vortex.wind(std::max(offset.distance(), 1.0)));
  });
  return strongest;
}

}  // namespace

void add_cyclone(const ClimateGrid& grid, const Cyclone& cyclone, Weather& weather) {
  const Vortex vortex(cyclone);
  const double hemisphere = cyclone.centre.latitude > 0 ? 1 : -1;
  const double rain = (cyclone.spiral_rain ? 3e-7 : 2e-7) * strongest_wind(grid, cyclone) / 35;
  const double rain_radius = cyclone.spiral_rain ? 170 : 200;
  grid.for_each_within(cyclone.centre, kReach * cyclone.outer_radius, [&](std::size_t cell, Offset offset) {
    const double distance = std::max(offset.distance(), 1.0);
    const double wind = 0.95 * vortex.wind(distance) * hemisphere / distance;  // cyclonic
    const double carried = 0.6 * bell(distance, 0, 350);
    weather.east[cell] += -wind * offset.north + carried * cyclone.translation.east;
    weather.north[cell] += wind * offset.east + carried * cyclone.translation.north;
    weather.pressure[cell] -= vortex.deficit(distance);
    weather.t500[cell] += cyclone.warm_500 * bell(distance, 0, 2.2 * cyclone.radius + 60);
    weather.t200[cell] += cyclone.warm_200 * bell(distance, 0, 2.6 * cyclone.radius + 80);
    weather.moisture[cell] += cyclone.moisture * bell(distance, 0, 280);
    weather.rain[cell] += rain * bell(distance, 0, rain_radius) *
                          (cyclone.spiral_rain ? spiral(offset, distance, hemisphere) : 1.0);
  });
}

}  // namespace tessera
