#pragma once

#include <cstdint>
#include <span>

#include "io/generate/climate/climate_planet.hpp"
#include "io/generate/climate/climate_weather.hpp"

namespace tessera {

/// Makes snapshots of a synthetic climate in the channels of the CAM5 model, and labels them: zonal
/// climatology, Gaussian random weather, storms. Holds planet, transforms and tables, so that many snapshots
/// cost one set-up.
class ClimateMaker {
 public:
  explicit ClimateMaker(const ClimateRegion& region);
  ClimateMaker(const ClimateMaker&) = delete;
  ClimateMaker& operator=(const ClimateMaker&) = delete;

  const ClimateGrid& grid() const { return grid_; }
  const Planet& planet() const { return planet_; }

  /// Fills channels (H,W,16), in the order and units of deepcam_channels.hpp, and labels (H,W), see
  /// climate_labels.hpp. A pure function of region, seed and snapshot (its number): the same bytes on any
  /// process.
  void make(std::uint64_t seed, std::uint64_t snapshot, std::span<float> channels,
            std::span<std::uint8_t> labels);

 private:
  ClimateGrid grid_;
  RandomFields fields_;
  Planet planet_;
  BackgroundWeather background_;
};

}  // namespace tessera
