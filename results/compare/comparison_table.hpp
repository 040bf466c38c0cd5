#pragma once

#include <iosfwd>

#include "results/compare/comparison.hpp"

namespace tessera {

/// For a terminal of 120 columns: of each benchmark and mode a table of the systems, best first; below it why
/// some have no score, how systems scale that occur at several sizes, and in what settings and descriptions
/// they differ.
void print(std::ostream& out, const Comparison& comparison);

}  // namespace tessera
