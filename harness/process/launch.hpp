#pragma once

#include <optional>
#include <string>

#include "models/base/error.hpp"

namespace tessera {

/// What the launcher of a parallel program tells each process that it starts, in its environment.
struct Launch {
  int ranks = 1;         // of all that it started together
  int rank = 0;          // this process's among them
  std::string variable;  // that says how many
};

/// As this process's environment has it; nothing where no launcher that is known started it. Of launchers
/// within each other (Slurm starts a shell, which starts mpiexec) it is the inner one's.
std::optional<Launch> launch_of_this_process();

/// What to throw where MPI found another number of ranks than the launcher started: a launcher that MPI can't
/// talk to starts so many programs of one rank, each of which would do the whole work and write the same
/// files. Names both numbers, and the remedy. library: MPI's name and version.
InputError wrong_number_of_ranks(const Launch& launch, int mpi_ranks, const std::string& library);

}  // namespace tessera
