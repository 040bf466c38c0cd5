#include "harness/process/signals.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(StopSignals, RemembersASignalInsteadOfDying) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const StopSignals signals;
    EXPECT_EQ(signals.received(), 0);
    std::raise(signal);
    EXPECT_EQ(signals.received(), signal);
  }
  EXPECT_EQ(exit_code_of(SIGTERM), 143);
}

TEST(StopSignals, OutlivesASecondSigterm) {
  const StopSignals signals;
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  EXPECT_EQ(signals.received(), SIGTERM);
}

TEST(StopSignalsDeathTest, LetsASecondInterruptEndTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(StopSignalsDeathTest, GivesTheSignalsBackWhenItEnds) {
  EXPECT_EXIT(
      {
        { const StopSignals signals; }
        std::raise(SIGTERM);
      },
      ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace tessera
