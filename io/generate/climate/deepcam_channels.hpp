#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tessera {

/// The channels of a DeepCAM sample in their order, variables of the CAM5 atmosphere model.
enum class DeepcamChannel : std::uint8_t {
  TMQ,     // water vapour of the column, kg/m2
  U850,    // eastward wind at 850 hPa, m/s
  V850,    // northward
  UBOT,    // eastward wind of the lowest level, m/s
  VBOT,    // northward
  QREFHT,  // humidity at reference height, kg/kg
  PS,      // pressure at the surface, Pa
  PSL,     // at sea level, Pa
  T200,    // temperature at 200 hPa, K
  T500,    // at 500 hPa, K
  PRECT,   // precipitation, m/s
  TS,      // temperature of the surface, K
  TREFHT,  // at reference height, K
  Z1000,   // height of the 1000 hPa surface, m
  Z200,    // of the 200 hPa surface, m
  ZBOT,    // of the lowest level, m
};
inline constexpr std::size_t kDeepcamChannels = 16;
inline constexpr std::array<const char*, kDeepcamChannels> kDeepcamChannelNames{
    "TMQ",  "U850", "V850",  "UBOT", "VBOT",   "QREFHT", "PS",   "PSL",
    "T200", "T500", "PRECT", "TS",   "TREFHT", "Z1000",  "Z200", "ZBOT"};

/// What a pixel's label says.
enum class DeepcamClass : std::uint8_t { Background, TropicalCyclone, AtmosphericRiver };
inline constexpr std::size_t kDeepcamClasses = 3;
inline constexpr std::array<const char*, kDeepcamClasses> kDeepcamClassNames{"background", "tropical cyclone",
                                                                             "atmospheric river"};

}  // namespace tessera
