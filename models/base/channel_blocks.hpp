#pragma once

#include <cstdint>
#include <type_traits>

namespace tessera {

/// Calls block(std::integral_constant<int, lanes>, first channel) for blocks of `lanes` channels, then for
/// what is left of the next size: loops of a constant length are what compilers turn into vector code.
template <int lanes, int... fewer, class Block>
void for_each_channel_block(std::int64_t channels, Block&& block, std::int64_t first = 0) {
  for (; first + lanes <= channels; first += lanes) block(std::integral_constant<int, lanes>(), first);
  if constexpr (sizeof...(fewer) > 0) for_each_channel_block<fewer...>(channels, block, first);
}

}  // namespace tessera
