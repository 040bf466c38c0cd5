#pragma once

#include <string>

namespace tessera {

/// Whether Slurm says that a job has ended: "1234@north", a number and the cluster, as a LockRecord has it.
/// false where it can't be told: without `squeue`, for a job of another cluster or of another batch system,
/// or if there is no answer within some seconds.
bool slurm_job_has_ended(const std::string& job);

}  // namespace tessera
