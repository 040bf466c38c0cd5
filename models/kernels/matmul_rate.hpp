#pragma once

#include <optional>

#include "models/base/element.hpp"

namespace tessera {

/// How fast the library multiplies matrices in memory of its own, on the calling thread's OpenMP team: what
/// stands in for the peak of a processor whose data sheet isn't at hand. flop/s, two flop a multiply-add; the
/// best of products of several sizes, each repeated, in about a third of a second. Nothing where the library
/// has no such product, as in float64.
std::optional<double> matmul_flop_per_second(Element element);

}  // namespace tessera
