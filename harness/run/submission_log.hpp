#pragma once

#include <string>

#include "harness/run/run_setup.hpp"
#include "results/log/ml_log.hpp"

namespace tessera {

/// The entries that a submission wants between init_start and init_stop: who runs what, by which
/// hyperparameters, on how many nodes.
void log_submission(const RunSetup& setup, const std::string& division, MlLog& log);

}  // namespace tessera
