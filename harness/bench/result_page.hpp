#pragma once

#include <string>

#include "results/study/study.hpp"

namespace tessera {

/// The file's name in a directory.
inline constexpr const char* kPageName = "tessera.out";

/// The page that people quote: on what the point was measured and how, its figures with their units, and
/// whether a step was held to the reference. Where that failed, it has no figure. The point has a
/// measurement.
std::string result_page(const Study& study, const StudyPoint& point);

}  // namespace tessera
