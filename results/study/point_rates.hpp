#pragma once

#include <optional>

#include "results/study/study.hpp"

/// How fast one measured point of a study was. The point has a measurement.
namespace tessera {

/// Of the slowest rank: the median over the repeats.
double step_seconds(const StudyPoint& point);
double samples_per_second(const StudyPoint& point);
/// Counted flop of the layers with weights over the whole step's time, of all ranks together.
double sustained_flop_per_second(const StudyPoint& point);
/// Of the cores that its threads have, by the study's peak; nothing where that isn't known.
std::optional<double> share_of_peak(const Study& study, const StudyPoint& point);

}  // namespace tessera
