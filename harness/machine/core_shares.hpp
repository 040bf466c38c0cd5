#pragma once

#include <sched.h>

#include <cstdint>
#include <span>

/// How the cores of a node are dealt to its ranks. Pure.
namespace tessera {

/// How many cores rank i of n gets of `cores`, and how many threads: an equal number on each rank, so that
/// none waits for one with less, and at least 1.
struct CoreShare {
  int first = 0, cores = 1, threads = 1;
  friend bool operator==(const CoreShare&, const CoreShare&) = default;
};
CoreShare share_of_cores(int cores, int rank, int ranks);

/// What a rank was given, as it sees it; ranks of a node tell each other.
struct CoreGrant {
  cpu_set_t mask{};               // the logical CPUs that it may run on
  int cores = 1;                  // of the mask
  int job_cores = 1;              // that its job seems to have on this node, at least
  int job_limit = 0;              // that the batch system says its job has; 0: it says nothing
  double quota = 0;               // processor time in CPUs; 0: not limited
  std::uint64_t quota_group = 0;  // ranks with the same one share it
  int threads_asked = 0;          // by the user; 0: as many as is right
};

/// What comes of it for one rank.
struct RankCores {
  CoreShare share;            // of the cores of its mask
  int sharers = 1;            // ranks with this mask
  int quota_sharers = 0;      // ranks under this quota; 0: there is none
  int threads = 1;            // that it is to have
  bool job_limits = false;    // the job has fewer cores than the mask
  bool quota_limits = false;  // ... or the ranks under its quota have less processor time than the mask
  bool overbooked = false;    // there are more threads than cores or processor time for them
};
/// Of the rank with that number among the grants of its node.
RankCores share_of_node(std::span<const CoreGrant> grants, int rank);

/// How many of the job's cores on a node run none of its ranks' threads.
int unused_cores(std::span<const CoreGrant> grants);

}  // namespace tessera
