#pragma once

#include <optional>

#include "models/base/element.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// flop a second of all ranks together, each with its OpenMP team, by the library's matrix product of that
/// element: all at once, so that each has its share of what they share. Nothing where a rank has no such
/// product. Collective.
std::optional<double> measured_peak(const Communicator& ranks, Element element);

}  // namespace tessera
