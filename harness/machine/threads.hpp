#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"

/// One OpenMP team a rank, sized from the rank's share of its node.
namespace tessera {

/// What was chosen, to print and record.
struct ThreadChoice {
  int threads = 1;                    // of the OpenMP team
  int cores = 1;                      // this rank's own, bound or not
  bool bound = false;                 // every thread stays on those cores
  bool spins = false;                 // threads that wait keep their cores busy
  std::string reason;                 // "2 of 4 cores, shared by 2 ranks of this node"
  std::string launch;                 // of all ranks: "2 nodes x 2 ranks x 4 threads, no core left unused"
  std::vector<std::string> warnings;  // what the launcher hardly meant, of all ranks; the same everywhere
};

/// Chooses and sets the number of OpenMP threads of the calling thread's teams, and binds the process to its
/// cores. Call it on the main thread, before its first parallel region. Collective; throws UniformError for a
/// number of threads that can't be, and where so many can't be started.
///
/// An affinity mask that a launcher gave to this rank alone is kept and filled; a mask that ranks of the node
/// share is divided among them, unless they outnumber its cores: then each has one thread, and none is bound.
/// There are no more threads than the job's CPUs by Slurm, and the quotas of control groups, let run.
/// `configured` overrides the number of threads, else OMP_NUM_THREADS does; with OMP_PROC_BIND=false none is
/// bound. Threads started later inherit the binding to the rank's set of cores, not to one of them.
ThreadChoice set_up_threads(const Communicator& world, std::optional<int> configured);

}  // namespace tessera
