#pragma once

#include <cstdint>

namespace tessera {

/// How the samples of a node are kept in its memory while epochs run over them in ever new orders.
enum class SampleCache : std::uint8_t {
  Fixed,              // so many of them for the whole run, as this program does
  LeastRecentlyUsed,  // whatever was read last, as an operating system's pages
};

/// Share of the samples of a step that must be read from storage after the first epoch, where `kept` of a
/// node's samples fit in memory (0 to 1).
///
/// Of pages: between two uses of a sample, at the shares x and y of its two epochs' permutations, others of a
/// share 1 - x(1 - y) of the set are read (those of the rest of the first epoch, and of the beginning of the
/// second that were not among them). It is still there where that is less than what is kept. With x and 1 - y
/// spread evenly, their product is above c = 1 - kept with probability 1 - c + c ln c.
double share_read(SampleCache cache, double kept);

}  // namespace tessera
