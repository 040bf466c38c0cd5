#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "results/compare/comparison.hpp"

namespace tessera {

/// The run sets at and below each path, scored, each once, with their systems: of the system description,
/// else of the run.json beside the log of a run of ours, else of what the logs say of nodes and accelerators.
/// Throws as read_run_sets(), and InputError for a run.json that isn't JSON.
std::vector<ComparedSet> read_compared_sets(std::span<const std::filesystem::path> paths, Round round);

}  // namespace tessera
