#include "io/generate/climate/climate_labels.hpp"

#include <cassert>

#include "io/generate/climate/cyclone_detection.hpp"
#include "io/generate/climate/deepcam_channels.hpp"
#include "io/generate/climate/river_detection.hpp"

namespace tessera {
namespace {

Field channel_of(std::span<const float> channels, DeepcamChannel channel) {
  Field field(channels.size() / kDeepcamChannels);
  for (std::size_t cell = 0; cell < field.size(); ++cell)
    field[cell] = channels[cell * kDeepcamChannels + static_cast<std::size_t>(channel)];
  return field;
}

}  // namespace

void label_climate(const ClimateGrid& grid, std::span<const float> channels, std::span<std::uint8_t> labels) {
  assert(channels.size() == grid.cells() * kDeepcamChannels && labels.size() == grid.cells());
  Field wind = channel_of(channels, DeepcamChannel::U850);
  const Field north = channel_of(channels, DeepcamChannel::V850);
  for (std::size_t cell = 0; cell < wind.size(); ++cell)
    wind[cell] = std::sqrt(wind[cell] * wind[cell] + north[cell] * north[cell]);
  const CellMask cyclones = find_tropical_cyclones(grid, channel_of(channels, DeepcamChannel::PSL), wind,
                                                   channel_of(channels, DeepcamChannel::T500));
  const CellMask rivers =
      find_atmospheric_rivers(grid, channel_of(channels, DeepcamChannel::TMQ), wind, cyclones);
  for (std::size_t cell = 0; cell < labels.size(); ++cell) {
    const DeepcamClass label = cyclones[cell] != 0 ? DeepcamClass::TropicalCyclone
                               : rivers[cell] != 0 ? DeepcamClass::AtmosphericRiver
                                                   : DeepcamClass::Background;
    labels[cell] = static_cast<std::uint8_t>(label);
  }
}

}  // namespace tessera
