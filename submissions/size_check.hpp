#pragma once

#include <span>
#include <string>

#include "results/check/finding.hpp"
#include "results/check/run_record.hpp"
#include "submissions/system_description.hpp"

namespace tessera {

/// Holds what the logs of one directory say of the sizes of their system against each other and against its
/// description: number_of_nodes and accelerators_per_node, where 0 of the latter stand for 1. Of weak scaling
/// a log has the size of its model, no more than the system's. The rule, a warning for each key:
///   differing-size  a log says another size than the description, or than the logs before it; models that
///                   ran at the same time have more nodes together than the system
void check_sizes(std::span<const RunRecord> runs, const SystemDescription& system, bool weak,
                 const std::string& directory, Verdict& verdict);

}  // namespace tessera
