#pragma once

#include <string>
#include <vector>

#include "results/log/figure_of_merit.hpp"
#include "results/study/study.hpp"

/// What one measured point of a study comes to, in figures and for people. The point has a measurement.
namespace tessera {

/// step_seconds, samples_per_second, sustained_flop_per_second, and where they are known share_of_peak,
/// joules_a_step, time_to_solution, verification_residual. None but the last of a point whose verification
/// failed.
std::vector<FigureOfMerit> figures_of(const Study& study, const StudyPoint& point);

/// "4 ranks: 2 replicas of 2x1 parts"
std::string layout_text(const StudyLayout& layout);
/// "the data set"
const char* input_text(StudyInput input);
/// Where the time of a step went, over the ranks.
std::string to_string(const Study& study, const StudyPoint& point);

}  // namespace tessera
