#include "io/generate/climate/climate.hpp"

#include "io/generate/climate/climate_channels.hpp"
#include "io/generate/climate/climate_labels.hpp"
#include "io/generate/climate/climate_storms.hpp"

namespace tessera {

ClimateMaker::ClimateMaker(const ClimateRegion& region)
    : grid_(region), fields_(grid_), planet_(make_planet(fields_)), background_(grid_, fields_) {}

void ClimateMaker::make(std::uint64_t seed, std::uint64_t snapshot, std::span<float> channels,
                        std::span<std::uint8_t> labels) {
  constexpr std::uint64_t kStorms = 1000;  // tells their numbers from those of the background's fields
  Weather weather = background_.draw(seed, snapshot);
  Draws draws({seed, Purpose::Climate, snapshot, kStorms});
  add_storms(grid_, draws, weather);
  write_channels(grid_, planet_, weather, channels);
  label_climate(grid_, channels, labels);
}

}  // namespace tessera
