#include "io/generate/climate/climate_planet.hpp"

#include <algorithm>

#include "io/generate/climate/climatology.hpp"

namespace tessera {

Planet make_planet(RandomFields& fields) {
  constexpr std::uint64_t kPlanet = 9000;  // its seed
  constexpr double kCoast = 0.7;           // of the continents' field: a quarter of it is higher
  const Field continents = fields.draw(fields.amplitudes({3000, 2}), {kPlanet, Purpose::Climate, 0, 0});
  const Field mountains = fields.draw(fields.amplitudes({800, 2}), {kPlanet, Purpose::Climate, 0, 1});
  Planet planet{Field(continents.size()), Field(continents.size())};
  for (std::size_t cell = 0; cell < continents.size(); ++cell) {
    planet.land[cell] = logistic(continents[cell], kCoast, 0.08);
    planet.elevation[cell] =
        900.0 * planet.land[cell] * std::max(0.0, continents[cell] - 0.6 + 0.4 * mountains[cell]);
  }
  return planet;
}

}  // namespace tessera
