#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/process/statistics.hpp"
#include "harness/process/stopwatch.hpp"
#include "parallel/mpi.hpp"

/// How long moving bytes takes at least: what exchanges and reductions are measured against.
namespace tessera {

/// Median seconds of `body` on this rank over `repeats` rounds, which all members begin together; a round
/// before them, in which memory and connections become warm, doesn't count. repeats >= 1, here and below.
/// Collective.
template <class Body>
double median_seconds(const Communicator& comm, std::int64_t repeats, Body&& body) {
  std::vector<double> seconds;
  for (std::int64_t round = -1; round < repeats; ++round) {
    comm.barrier();
    const Stopwatch watch;
    body();
    if (round >= 0) seconds.push_back(watch.seconds());
  }
  return median(seconds);
}

/// The values of all members. Collective.
MinMedianMax min_median_max_over_ranks(const Communicator& comm, double mine);

/// A copy from memory to memory, on all members at once: median on this one. Collective.
double memcpy_seconds(const Communicator& comm, std::size_t bytes, std::int64_t repeats);
/// Two members of a communicator.
struct MemberPair {
  int first = 0, second = 1;
  friend bool operator==(const MemberPair&, const MemberPair&) = default;
};
/// One message between two members: half a round trip, while the others wait. The same on all members.
/// Collective.
double ping_pong_seconds(const Communicator& comm, const MemberPair& pair, std::size_t bytes,
                         std::int64_t repeats);
/// The pair whose message takes longest, each tried by itself; the same on all members. There must be a pair.
/// Collective.
MemberPair slowest_pair(const Communicator& comm, const std::vector<MemberPair>& pairs, std::size_t bytes,
                        std::int64_t repeats);

}  // namespace tessera
