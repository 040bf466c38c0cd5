#pragma once

#include <optional>
#include <string>

#include "harness/workloads/workload_data.hpp"
#include "results/check/benchmark.hpp"

namespace tessera {

/// The first thing in which the data of a run differ from what the closed division of a benchmark fixes:
/// that they come of a generator, or how many samples there are. The data must be open.
std::optional<std::string> why_data_are_open(const Benchmark& benchmark, bool generated,
                                             const WorkloadData& data);

}  // namespace tessera
