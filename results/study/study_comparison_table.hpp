#pragma once

#include <iosfwd>

#include "results/study/study_comparison.hpp"

namespace tessera {

/// Studies side by side for a terminal of 120 columns, in ASCII: what each ran on, and of each family the
/// fastest point of each study at each number of cores; then the points that failed. One study alone is
/// printed whole.
void print(std::ostream& out, const StudyComparison& comparison);

}  // namespace tessera
