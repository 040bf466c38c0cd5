#pragma once

#include <iosfwd>

#include "results/study/study.hpp"

namespace tessera {

/// A study for a terminal of 120 columns, in ASCII: of each family of points how they scale, where the time
/// of a step went, the POP efficiencies, and what the target cost; then the points that failed, and why. A
/// dash stands where something couldn't be observed.
void print(std::ostream& out, const Study& study);

}  // namespace tessera
