#pragma once

#include "harness/predict/program_replay.hpp"
#include "models/network/graph.hpp"
#include "parallel/process_grid.hpp"

namespace tessera {

/// POP's ideal time of the steps that the ranks of a grid took: the slowest rank's, were there no time
/// between the sending of a message and its arrival. mine: what this rank computes in a pass; graph: of a
/// replica's pass. norm_replicas: that share batch statistics, at least 1. Collective; on rank 0, 0
/// elsewhere.
double ideal_step(const ProcessGrid& grid, const Graph& graph, const ComputeSeconds& mine,
                  const SampleProgramOptions& options, int passes);

}  // namespace tessera
