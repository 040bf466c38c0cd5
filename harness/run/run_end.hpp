#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/run/history.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/workloads/workload.hpp"

namespace tessera {

/// Whether a run that has trained and evaluated these epochs is at its end: the last one reached the target,
/// was the last that is asked for, or was one more without improvement than patience bears.
std::optional<RunEnd> end_of_run(const std::vector<EpochRecord>& epochs, const Workload& workload,
                                 const Config& config, std::int64_t max_epochs);

}  // namespace tessera
