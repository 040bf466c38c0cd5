#pragma once

#include <optional>
#include <string>

namespace tessera {

/// Whether Slurm says that a job has ended: "1234@north", a number and the cluster, as a LockRecord has it.
/// false where it can't be told: without `squeue`, for a job of another cluster or of another batch system,
/// or if there is no answer within some seconds.
bool slurm_job_has_ended(const std::string& job);

/// How long the Slurm job of this process may still go on, in seconds; infinite where it has no limit.
/// Nothing where this process isn't in one, or Slurm doesn't answer.
std::optional<double> seconds_left_of_slurm_job();

}  // namespace tessera
