#pragma once

#include <optional>
#include <string>
#include <vector>

/// What Slurm's commands say, asked of them without a shell.
namespace tessera {

/// What a command says on both streams if it ends with code 0; nothing if it doesn't, if there is no such
/// command, or if it takes longer than some seconds.
std::optional<std::string> slurm_answer(const std::vector<std::string>& words);

/// Whether Slurm says that the job of this number, on the cluster of this process, has ended. Nothing where
/// there is no answer.
std::optional<bool> slurm_number_has_ended(const std::string& number);

/// Whether Slurm says that a job has ended: "1234@north", a number and the cluster, as a LockRecord has it.
/// false where it can't be told: without `squeue`, for a job of another cluster or of another batch system,
/// or if there is no answer within some seconds.
bool slurm_job_has_ended(const std::string& job);

/// How long the Slurm job of this process may still go on, in seconds; infinite where it has no limit.
/// Nothing where this process isn't in one, or Slurm doesn't answer.
std::optional<double> seconds_left_of_slurm_job();

/// Sends SIGTERM to the ranks of the step of that name of this job, or of any of this user's where this
/// process is in none, as `srun --job-name` gave it. (SIGTERM to srun itself ends its step at once.) false
/// where there is no such step, or Slurm refuses or doesn't answer.
bool terminate_slurm_step(const std::string& name);

}  // namespace tessera
