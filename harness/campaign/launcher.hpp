#pragma once

#include <string>
#include <vector>

#include "harness/campaign/run_queue.hpp"

/// What starts the runs of a campaign or of a search: words between blanks, in which {ranks} stands for the
/// number of ranks.
namespace tessera {

/// The launcher that is called so: "" is the MPI library's own, "slurm" srun as it fits MPI, the models side
/// by side and the job (see slurm_launch.hpp), anything else itself.
std::string launcher_called(const std::string& name, int models, int ranks);

/// Throws InputError where it has no word, or no {ranks} for several.
std::vector<std::string> launcher_words(const std::string& launcher, int ranks);
/// Throws InputError also where its first word is no program.
void check_launcher(const std::string& launcher, int ranks);

/// A run whose command begins with the launcher's words; where that is srun, its step has a name, so that it
/// can be stopped through Slurm. label: "run_3".
QueuedRun launched_run(QueuedRun run, const std::string& launcher, const std::string& label);

}  // namespace tessera
