#pragma once

#include <optional>

#include "harness/machine/getenv.hpp"

namespace tessera {

/// What the batch system says that a rank may have; nothing where it doesn't say.
struct JobCpus {
  std::optional<int> on_node;   // logical CPUs of the job (of the job step) on this node
  std::optional<int> per_task;  // that were asked for, each rank
};
/// By Slurm's SLURM_CPUS_ON_NODE and SLURM_CPUS_PER_TASK.
JobCpus job_cpus(const Getenv& getenv);

}  // namespace tessera
