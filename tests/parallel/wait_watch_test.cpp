#include "parallel/wait_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "parallel/uniform.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using std::chrono::milliseconds;
using testing::world;

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

TEST(WaitClock, LeavesOutTheTimeInWhichTheProcessWasStopped) {
  WaitClock clock;
  EXPECT_EQ(clock.tick(0.1), 0) << "no call before";
  sleep_for(0.3);  // as a process that was stopped, it calls late
  EXPECT_EQ(clock.tick(0.1), 0.1);
  EXPECT_EQ(clock.seconds(), 0.1);
}

TEST(WaitWatch, LetsAWorkTakeLongerThanAStepWhileItMoves) {
  const WaitWatch watch(world(), {.limit_seconds = 2});
  all_or_none(world(), "a test", [](const Moved& moved) {
    if (world().rank() != 0) return;
    for (int piece = 0; piece < 50; ++piece) {
      sleep_for(0.1);
      moved();
    }
  });
}

TEST(WaitWatch, LetsSlowStepsPassWithinItsLimit) {
  const WaitWatch watch(world(), {.limit_seconds = 20});
  if (world().rank() == 0) sleep_for(1.5);
  world().barrier();
  EXPECT_EQ(world().max(world().rank()), world().size() - 1);
}

TEST(AllOrNone, EndsTheWorkOfTheOthersWhenOneFails) {
  const int last = world().size() - 1;
  int pieces = 0;
  try {
    all_or_none(world(), "a test", [&](const Moved& moved) {
      if (world().rank() == last) throw InputError("a file is missing", "data", "generate it");
      for (; pieces < 20'000; ++pieces) {
        std::this_thread::sleep_for(milliseconds(1));
        moved();
      }
    });
    ADD_FAILURE() << "nothing was thrown";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.problem(), "a file is missing");
  }
  EXPECT_LT(pieces, 20'000);
}

TEST(RollCall, TellsWhoAnswersFromWhoDoesNot) {
  RollCall roll_call(world());
  const int last = world().size() - 1;
  const std::vector<int> silent = last > 0 ? std::vector{last} : std::vector<int>();
  double heard_all = 0;
  if (world().rank() == 0) {
    roll_call.call();
    while (roll_call.silent() != silent) roll_call.answer();
    heard_all = 1;
  }
  // The last rank answers nobody; the others do until rank 0 has heard them.
  Request end = world().start_sum(std::span(&heard_all, 1));
  while (!end.test())
    if (world().rank() != last) roll_call.answer();
  EXPECT_EQ(heard_all, 1);
  roll_call.answer();  // lest a message be left over
}

}  // namespace
}  // namespace tessera
