#pragma once

#include <optional>
#include <string>

#include "parallel/mpi.hpp"

/// One OpenMP team a rank, sized from the rank's share of its node.
namespace tessera {

/// What was chosen, to print and record.
struct ThreadChoice {
  int threads = 1;     // of the OpenMP team
  int cores = 1;       // this rank's own, bound or not
  bool bound = false;  // every thread stays on those cores
  std::string reason;  // "2 of 4 cores, shared by 2 ranks of this node"
};
std::string to_string(const ThreadChoice& choice);

/// How many cores rank i of n gets of `cores`, and how many threads: an equal number on each rank, so that
/// none waits for one with less, and at least 1. Pure.
struct CoreShare {
  int first = 0, cores = 1, threads = 1;
  friend bool operator==(const CoreShare&, const CoreShare&) = default;
};
CoreShare share_of_cores(int cores, int rank, int ranks);

/// Chooses and sets the number of OpenMP threads of the calling thread's teams, and binds the process to its
/// cores. Call it on the main thread, before its first parallel region. Collective.
///
/// An affinity mask that a launcher gave to this rank alone is kept and filled; a mask that ranks of the node
/// share is divided among them, unless they outnumber its cores: then each has one thread, which spins for no
/// other (idle threads of a larger team would spin on the cores that others need), and none is bound.
/// `configured` overrides the number of threads, else OMP_NUM_THREADS does; OMP_PROC_BIND leaves binding to
/// OpenMP. Threads started later inherit the binding to the rank's set of cores, not to one of them.
ThreadChoice set_up_threads(const Communicator& world, std::optional<int> configured);

}  // namespace tessera
