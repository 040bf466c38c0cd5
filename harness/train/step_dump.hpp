#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/config/config.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

struct StepDumpOptions {
  std::uint64_t seed = 0;
  std::string split = "";  // of each sample over ranks, see harness/plan/split.hpp; empty: none
};

/// Computes the first training step that a run of this configuration and seed would take on these ranks, and
/// writes what went in and what came out to one HDF5 file, whole or not at all:
///
///     /input/<name>        (N, D, H, W, C), or (N, H, W, C) of samples without depth: the global batch,
///                          preprocessed, in its order
///     /target/<name>       (N, C) where there is no space, (N, H, W) of labels
///     /parameter/<name>    before the step; names and axes as in ParameterSpec
///     /prediction          (N, C), or as the input
///     /loss                float64 scalar, the mean over the global batch, without an L2 penalty
///     /gradient/<name>     of this loss, summed over all ranks
///     /statistics/<name>   running statistics after the step, averaged over the replicas
///
/// in the element of the configuration's kernels. It is no run: no output directory, no log, no update.
/// Returns the exit code of the program: 1 where the loss isn't finite, and then there is no file.
/// Collective; throws what all ranks throw.
int dump_step(const Communicator& world, const Config& config, const StepDumpOptions& options,
              const std::filesystem::path& file);

}  // namespace tessera
