#pragma once

#include <span>
#include <string>
#include <vector>

/// How a program was launched, and what of it its user should know. Pure.
namespace tessera {

/// Of one rank; all ranks tell each other.
struct LaunchFacts {
  bool first_of_node = false;
  int ranks_of_node = 1;
  int unused_cores = 0;  // of the job's on its node
  int threads = 1;
  bool threads_asked = false;  // so many by the user's wish
  int cpus = 1;                // logical CPUs of its own
  int cpus_asked = 0;          // of the batch system, each rank; 0: none
};

/// "2 nodes x 2 ranks x 4 threads, no core left unused"; of nodes that differ "5 ranks on 2 nodes x 1 to 4
/// threads, 3 cores left unused".
std::string launch_text(std::span<const LaunchFacts> ranks);

/// Lines that begin with "warning: ": ranks that were bound to fewer CPUs than their job asked for, or that
/// leave cores of the job idle without anybody's wish.
std::vector<std::string> launch_warnings(std::span<const LaunchFacts> ranks);

}  // namespace tessera
