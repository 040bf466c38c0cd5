#pragma once

#include <cstddef>
#include <iosfwd>
#include <vector>

#include "results/compare/comparison.hpp"

namespace tessera {

/// A system with energy beside its time.
struct EnergyStanding {
  std::size_t standing = 0;  // index into the group's
  /// Scored in both, and no other is that takes no more of either and less of one.
  bool on_pareto_line = false;

  bool operator==(const EnergyStanding&) const = default;
};

/// The systems of a group that were measured, in its order.
std::vector<EnergyStanding> compare_energy(const ComparedGroup& group, const Comparison& comparison);

/// Time against energy as a table; nothing where no system was measured.
void print_energy(std::ostream& out, const ComparedGroup& group, const Comparison& comparison);

}  // namespace tessera
