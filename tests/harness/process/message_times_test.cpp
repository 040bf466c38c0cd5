#include "harness/process/message_times.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "support/mpi_world.hpp"

namespace tessera {
namespace {

bool sends_slowly = false;

}  // namespace
}  // namespace tessera

// MPI's profiling interface: this stands in front of the library's own.
extern "C" int MPI_Isend(const void* data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
                         MPI_Request* request) {
  if (tessera::sends_slowly) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return PMPI_Isend(data, count, type, to, tag, comm, request);
}

namespace tessera {
namespace {

using testing::world;

// As behind a slow wire, the last rank's messages take longer.
TEST(SlowestPair, IsTheOneThatASlowWireLiesBetween) {
  if (world().size() < 3) GTEST_SKIP() << "needs 3 ranks, which have more than one pair";
  std::vector<MemberPair> pairs;
  for (int rank = 0; rank + 1 < world().size(); ++rank) pairs.push_back({rank, rank + 1});
  sends_slowly = world().rank() == world().size() - 1;
  const MemberPair slowest = slowest_pair(world(), pairs, 1000, 3);
  const double seconds = ping_pong_seconds(world(), slowest, 1000, 3);
  sends_slowly = false;
  EXPECT_EQ(slowest, pairs.back());
  EXPECT_GE(seconds, 0.025) << "half of the way there and back";
}

}  // namespace
}  // namespace tessera
