#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/predict/machine_description.hpp"
#include "parallel/mpi.hpp"

namespace tessera {

/// What `bench machine` measures, and with what.
struct MachineBenchOptions {
  std::string name;  // of the machine
  std::vector<std::int64_t>
      sizes;  // ranks of runs that shall be predicted: kernels are measured as these split
  std::int64_t repeats = 7;
};

/// Measures this machine as it is used: so many ranks a node, each with its threads, all of them computing at
/// once. Kernels are those of the configurations, each in the training step of one part by itself, whole and
/// in slabs, at the batch that a replica has in runs of those sizes. Sample files are read where the data are
/// there. Collective; throws InputError, the same on all ranks, where a configuration doesn't fit a size.
MachineDescription bench_machine(const std::vector<Config>& configs, const Communicator& world,
                                 const MachineBenchOptions& options);

}  // namespace tessera
