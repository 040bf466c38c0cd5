#pragma once

#include <iosfwd>

#include "results/study/study.hpp"

namespace tessera {

/// A study as comma-separated values: a line of headings, then one for each point, also those that failed.
/// Units are in the headings; cells are empty where something wasn't measured.
void print_csv(std::ostream& out, const Study& study);

}  // namespace tessera
