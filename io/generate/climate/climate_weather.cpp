#include "io/generate/climate/climate_weather.hpp"

#include <algorithm>

namespace tessera {
namespace {

constexpr std::array<RedSpectrum, 6> kSpectra{
    {{3200, 3.5}, {3200, 3.5}, {1800, 2.0}, {1500, 2.0}, {600, 1.5}, {2500, 2.5}}};

/// Some 7 m/s of wind in middle latitudes and 2.5 in the tropics. Calm poles: cells are short there, and a
/// given difference of the stream function would blow a gale.
double stream_function_scale(double latitude, double cosine) {
  const double poleward = std::abs(latitude);
  const double calm = std::clamp((84 - poleward) / 20, 0.0, 1.0) * std::pow(std::min(1.0, cosine / 0.6), 2);
  return (2.0e6 + 3.2e6 * logistic(poleward, 27, 5)) * calm;
}

}  // namespace

BackgroundWeather::BackgroundWeather(const ClimateGrid& grid, RandomFields& fields)
    : grid_(grid), fields_(fields) {
  for (std::size_t i = 0; i < kSpectra.size(); ++i) amplitudes_[i] = fields.amplitudes(kSpectra[i]);
  for (int row = 0; row < grid.rows(); ++row)
    vorticity_.push_back(stream_function_scale(grid.latitude(row), grid.cosine(row)));
}

Weather BackgroundWeather::draw(std::uint64_t seed, std::uint64_t snapshot) {
  std::array<Field, 6> fields;
  for (std::size_t i = 0; i < fields.size(); ++i)
    fields[i] = fields_.draw(amplitudes_[i], {seed, Purpose::Climate, snapshot, i});
  auto& [low, high, humid, synoptic, small, warm] = fields;

  const Field zero(grid_.cells());
  Weather weather{zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero};
  for (int row = 0; row < grid_.rows(); ++row) {
    const ZonalMean zonal = zonal_mean(grid_.latitude(row));
    const double scale = vorticity_[static_cast<std::size_t>(row)];
    for (std::size_t i = grid_.cell(row, 0); i < grid_.cell(row + 1, 0); ++i) {
      const double baroclinic = synoptic[i] * zonal.midlatitude;
      weather.stream_function[i] = scale * low[i];
      weather.stream_function_200[i] = 2.2 * scale * (0.7 * low[i] + 0.7 * high[i]);
      weather.pressure[i] = 40 * small[i];
      weather.moisture[i] = zonal.moisture * std::exp(0.16 * humid[i] + 0.06 * small[i]);
      weather.rain[i] = zonal.rain * std::pow(std::max(0.0, 1 + 1.2 * synoptic[i] + 0.8 * small[i]), 2);
      weather.surface[i] = 1.2 * warm[i] + 1.5 * baroclinic;
      weather.t500[i] = 0.8 * small[i] + baroclinic;
      weather.t200[i] = 0.9 * high[i] + 0.4 * small[i];
    }
  }
  weather.skin = std::move(small);
  return weather;
}

}  // namespace tessera
