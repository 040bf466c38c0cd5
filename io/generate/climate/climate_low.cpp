#include "io/generate/climate/climate_low.hpp"

namespace tessera {

void add_low(const ClimateGrid& grid, const ExtratropicalLow& low, Weather& weather) {
  const double to_stream_function = 1 / (kAirDensity * coriolis(low.centre.latitude));
  grid.for_each_within(low.centre, 4.5 * low.radius, [&](std::size_t cell, Offset offset) {
    const double distance = offset.distance();
    const double shape = bell(distance, 0, std::sqrt(2.0) * low.radius);
    weather.stream_function[cell] -= low.depth * to_stream_function * shape;
    weather.t500[cell] -= low.coldness * shape;
    weather.rain[cell] += 5e-8 * bell(distance, 300, 250);
  });
}

}  // namespace tessera
