#pragma once

#include <cstddef>

namespace tessera {

/// How many bytes of samples each of the `ranks` >= 1 of a node may keep in memory: together a quarter of the
/// node's, since the network and its activations need the rest.
constexpr std::size_t cache_budget(std::size_t memory_bytes, int ranks) {
  return memory_bytes / 4 / static_cast<std::size_t>(ranks);
}

}  // namespace tessera
