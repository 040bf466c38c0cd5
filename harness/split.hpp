#pragma once

#include <cstdint>
#include <string>

#include "parallel/partition.hpp"

namespace tessera {

/// The grid that `--split D[xH[xW]]` makes of so many ranks: parts along each spatial axis, outermost first,
/// axes not named whole; the replicas are ranks / parts. Throws InputError, naming splits that would do, for
/// anything else, for parts that don't divide the ranks, and for more parts along an axis than the input
/// (extents `space`) has elements.
GridDims parse_split(const std::string& split, std::int64_t ranks, const Extents& space);

}  // namespace tessera
