#include "parallel/mpi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "parallel/group_sum.hpp"
#include "parallel/step_sums.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using testing::world;

const int kRanks = 8;  // the most that these tests are started with

TEST(Communicator, BroadcastsTextOfAnyLengthFromAnyRoot) {
  for (int root = 0; root < world().size(); ++root)
    for (const std::size_t length : {0, 1, 70000}) {
      const std::string said(length, static_cast<char>('a' + root));
      std::string text = world().rank() == root ? said : "something else";
      world().broadcast(text, root);
      EXPECT_EQ(text, said);
    }
}

TEST(Communicator, GathersTextsOfDifferentLengthsInOrderOfRank) {
  const auto text = [](std::size_t rank) { return std::string(3 * rank, static_cast<char>('a' + rank)); };
  for (const std::size_t most : {std::size_t{1} << 20, std::size_t{7}, std::size_t{0}}) {
    const auto me = static_cast<std::size_t>(world().rank());
    const std::vector<std::string> all = world().gather(text(me), 0, most);
    ASSERT_EQ(all.size(), me == 0 ? static_cast<std::size_t>(world().size()) : 0U);
    for (std::size_t rank = 0; rank < all.size(); ++rank) EXPECT_EQ(all[rank], text(rank));
  }
}

TEST(Communicator, FindsTheLargestAndTheSmallest) {
  EXPECT_EQ(world().max(world().rank()), world().size() - 1);
  EXPECT_EQ(world().min(-world().rank()), 1 - world().size());
}

TEST(Communicator, SplitsByColorAndOrdersByKey) {
  const Communicator half = world().split(world().rank() % 2, -world().rank());
  const std::vector<int> members = half.all_gather(world().rank());
  for (std::size_t i = 1; i < members.size(); ++i) EXPECT_EQ(members[i], members[i - 1] - 2);
  EXPECT_EQ(world().node_local().size(), world().size());  // one machine runs the tests
}

TEST(MpiLibrary, HasANameOfOneLineOfText) {
  const std::string name = mpi_library();
  EXPECT_FALSE(name.empty());
  EXPECT_TRUE(std::ranges::all_of(name, [](unsigned char c) { return std::isprint(c) != 0; })) << name;
}

TEST(Communicator, CanBeMoved) {
  Communicator first = world().split(0, world().rank());
  Communicator second = std::move(first);
  first = world().split(0, world().rank());
  std::swap(first, second);
  first.barrier();
  EXPECT_EQ(second.size(), world().size());
}

// With a wait that spins, this takes minutes when ranks outnumber cores.
TEST(WaitingPolicy, LetsManySmallCollectivesPassWithMoreRanksThanCores) {
  const int ranks = world().size();
  for (int round = 0; round < 100; ++round) {
    std::array<double, 2> values{1.0, static_cast<double>(world().rank())};
    world().sum(std::span<double>(values));
    EXPECT_EQ(values[0], ranks);
    EXPECT_EQ(values[1], ranks * (ranks - 1) / 2);
    world().barrier();
  }
}

TEST(WaitingPolicy, WaitsForSeveralRequestsAtOnce) {
  std::array<std::array<float, 100>, kRanks> values{};
  std::array<Request, kRanks> requests;
  for (int i = 0; i < kRanks; ++i) {
    values[i].fill(static_cast<float>(i));
    requests[i] = world().start_sum(std::span<float>(values[i]));
  }
  wait_all(requests);
  for (int i = 0; i < kRanks; ++i) {
    EXPECT_FALSE(requests[i].in_flight());
    EXPECT_EQ(values[i].back(), i * world().size());
  }
}

TEST(RequestDeathTest, SaysSoWhenDestroyedInFlight) {
  if (world().size() > 1) GTEST_SKIP() << "a process that dies takes the others with it";
  EXPECT_DEATH(
      {
        MPI_Request handle = MPI_REQUEST_NULL;
        int never = 0;
        MPI_Irecv(&never, 1, MPI_INT, 0, 99, MPI_COMM_SELF, &handle);
        const Request request(handle);
      },
      "destroyed in flight");
}

TEST(MpiGroupSum, SumsOverItsGroupAlone) {
  const Communicator pair = world().split(world().rank() / 2, world().rank());
  MpiGroupSum sum(pair);
  std::array<double, 3> values{1.0, 2.0, static_cast<double>(world().rank())};
  sum.sum(values);
  EXPECT_EQ(values[0], pair.size());
  EXPECT_EQ(values[1], 2 * pair.size());
  const int first = world().rank() / 2 * 2;
  EXPECT_EQ(values[2], pair.size() == 2 ? 2 * first + 1 : first);
}

TEST(StepSums, SumsEachStepAnew) {
  StepSums sums(world(), 2);
  for (int step = 0; step < 5; ++step) {
    sums.start(std::array{static_cast<double>(step), world().rank() == 0 ? 1.0 : 0.0});
    const std::span<const double> total = sums.finish();
    EXPECT_EQ(total[0], step * world().size());
    EXPECT_EQ(total[1], 1.0);
  }
}

}  // namespace
}  // namespace tessera
