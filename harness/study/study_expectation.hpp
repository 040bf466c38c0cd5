#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/predict/machine_description.hpp"
#include "harness/study/study_run.hpp"

namespace tessera {

/// What a machine's description says of a study beforehand.
struct StudyExpectation {
  std::vector<std::optional<double>> step_seconds;        // by layout
  std::optional<double> peak_flop_a_core = std::nullopt;  // as of Study
  std::string peak_source = {};
};

/// By the performance model; nothing of layouts whose ranks have another number of threads than those that
/// the machine is described by. Throws InputError as PerformanceModel::predict().
StudyExpectation expectation_of(const StudyRun& run, const std::vector<StudyLayout>& layouts,
                                const MachineDescription& machine);

}  // namespace tessera
