#include "io/generate/climate/climate_channels.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace tessera {
namespace {

struct Wind {
  double east, north;  // m/s
};

/// The wind at 850 hPa of the stream function, by differences of neighbours: central, one-sided at an edge.
Wind rotational_wind(const ClimateGrid& grid, const Field& stream_function, int row, int column) {
  const int south = std::max(row - 1, 0), north = std::min(row + 1, grid.rows() - 1);
  const double metres_north = (north - south) * grid.cell_north() * 1e3;
  int west = column - 1, east = column + 1;
  if (!grid.periodic()) west = std::max(west, 0), east = std::min(east, grid.columns() - 1);
  const double metres_east = (east - west) * grid.cell_east(row) * 1e3;
  const auto around = [&](int c) { return (c + grid.columns()) % grid.columns(); };
  const auto at = [&](int r, int c) { return stream_function[grid.cell(r, around(c))]; };
  return {-(at(north, column) - at(south, column)) / metres_north,
          (at(row, east) - at(row, west)) / metres_east};
}

/// Friction slows it, more over land, and turns it by 18 degrees towards low pressure.
Wind surface_wind(Wind aloft, double land, double hemisphere) {
  static const double cosine = std::cos(radians(18)), sine = std::sin(radians(18));
  const double slowed = 0.78 - 0.18 * land, turn = sine * hemisphere;
  return {slowed * (aloft.east * cosine - aloft.north * turn),
          slowed * (aloft.east * turn + aloft.north * cosine)};
}

/// Over water, Pa (Tetens' formula).
double saturation_pressure(double kelvin) {
  return 611.0 * std::exp(17.27 * (kelvin - 273.15) / (kelvin - 35.85));
}

class ChannelMaker {
 public:
  ChannelMaker(const ClimateGrid& grid, const Planet& planet, const Weather& weather)
      : grid_(grid), planet_(planet), weather_(weather) {
    const Field& psi = weather.stream_function;
    mean_stream_function_ = std::accumulate(psi.begin(), psi.end(), 0.0) / static_cast<double>(psi.size());
  }

  void write(const ZonalMean& zonal, int row, int column, std::span<float, kDeepcamChannels> channels) const {
    const auto set = [channels](DeepcamChannel channel, double value) {
      channels[static_cast<std::size_t>(channel)] = static_cast<float>(value);
    };
    const std::size_t i = grid_.cell(row, column);
    const Wind wind = wind_850(zonal, row, column);
    const Wind bottom = surface_wind(wind, planet_.land[i], zonal.hemisphere);
    const double moisture = water_vapour(zonal, wind, i), pressure = sea_level_pressure(zonal, i);
    const double temperature = reference_temperature(zonal, i), elevation = planet_.elevation[i];
    const double surface_pressure = pressure * std::exp(-kGravity * elevation / (kGasConstant * temperature));
    const double psi_200 = weather_.stream_function_200[i];
    set(DeepcamChannel::TMQ, moisture);
    set(DeepcamChannel::U850, wind.east);
    set(DeepcamChannel::V850, wind.north);
    set(DeepcamChannel::UBOT, bottom.east);
    set(DeepcamChannel::VBOT, bottom.north);
    set(DeepcamChannel::QREFHT, 0.622 * saturation_pressure(temperature) *
                                    relative_humidity(moisture / zonal.moisture) / surface_pressure);
    set(DeepcamChannel::PS, surface_pressure);
    set(DeepcamChannel::PSL, pressure);
    set(DeepcamChannel::T200, zonal.t200 + weather_.t200[i]);
    set(DeepcamChannel::T500, zonal.t500 + weather_.t500[i] + 6e-4 * zonal.coriolis * psi_200);
    set(DeepcamChannel::PRECT, weather_.rain[i]);
    set(DeepcamChannel::TS, temperature + 0.8 + 1.2 * planet_.land[i] * weather_.skin[i]);
    set(DeepcamChannel::TREFHT, temperature);
    set(DeepcamChannel::Z1000, kGasConstant * 288.0 / kGravity * std::log(pressure / 1e5));
    set(DeepcamChannel::Z200, zonal.z200 + zonal.coriolis * psi_200 / kGravity + 4 * weather_.t500[i]);
    set(DeepcamChannel::ZBOT, elevation + 62.0 * temperature / 288.0);
  }

 private:
  Wind wind_850(const ZonalMean& zonal, int row, int column) const {
    const std::size_t i = grid_.cell(row, column);
    const Wind rotational = rotational_wind(grid_, weather_.stream_function, row, column);
    return {zonal.wind + rotational.east + weather_.east[i], rotational.north + weather_.north[i]};
  }

  /// Poleward winds carry moist air, in middle latitudes.
  double water_vapour(const ZonalMean& zonal, Wind wind, std::size_t i) const {
    const double poleward = std::clamp(wind.north * zonal.hemisphere, -15.0, 15.0);
    return weather_.moisture[i] * std::exp(0.012 * poleward * zonal.midlatitude);
  }
  double sea_level_pressure(const ZonalMean& zonal, std::size_t i) const {
    return zonal.pressure + weather_.pressure[i] +
           kAirDensity * zonal.coriolis * (weather_.stream_function[i] - mean_stream_function_);
  }
  double reference_temperature(const ZonalMean& zonal, std::size_t i) const {
    constexpr double kLapseRate = 0.0065;  // K/m
    return zonal.temperature + weather_.surface[i] - kLapseRate * planet_.elevation[i] -
           3.0 * planet_.land[i] * (zonal.midlatitude - 0.3);
  }
  /// By how much moister than the zonal mean the column is.
  static double relative_humidity(double ratio) {
    return std::clamp(0.72 + 0.25 * std::log(ratio), 0.2, 1.0);
  }

  const ClimateGrid& grid_;
  const Planet& planet_;
  const Weather& weather_;
  double mean_stream_function_ = 0;
};

}  // namespace

void write_channels(const ClimateGrid& grid, const Planet& planet, const Weather& weather,
                    std::span<float> channels) {
  assert(channels.size() == grid.cells() * kDeepcamChannels);
  const ChannelMaker maker(grid, planet, weather);
  for (int row = 0; row < grid.rows(); ++row) {
    const ZonalMean zonal = zonal_mean(grid.latitude(row));
    for (int column = 0; column < grid.columns(); ++column) {
      const auto at = channels.subspan(grid.cell(row, column) * kDeepcamChannels);
      maker.write(zonal, row, column, at.first<kDeepcamChannels>());
    }
  }
}

}  // namespace tessera
