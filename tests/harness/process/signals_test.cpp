#include "harness/process/signals.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace tessera {
namespace {

TEST(StopSignals, RemembersASignalInsteadOfDying) {
  const std::vector<std::tuple<int, std::string, int>> as_the_contract_has_them{
      {SIGTERM, "SIGTERM", 143}, {SIGINT, "SIGINT", 130},  {SIGHUP, "SIGHUP", 129},
      {SIGUSR1, "SIGUSR1", 75},  {SIGUSR2, "SIGUSR2", 75}, {SIGXCPU, "SIGXCPU", 75}};
  for (const auto& [signal, name, code] : as_the_contract_has_them) {
    const StopSignals signals;
    EXPECT_EQ(signals.received(), 0);
    std::raise(signal);
    EXPECT_EQ(signals.received(), signal);
    EXPECT_EQ(name_of_signal(signal), name);
    EXPECT_EQ(exit_code_of(signal), code);
  }
}

TEST(StopSignals, LeavesAHangupIgnoredThatIsSo) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    std::raise(SIGHUP);
    EXPECT_EQ(signals.received(), 0);
  }
  EXPECT_EQ(std::signal(SIGHUP, SIG_DFL), SIG_IGN);
}

TEST(StopSignals, OutlivesAPipeThatNobodyReads) {
  const StopSignals signals;
  std::raise(SIGPIPE);
  EXPECT_EQ(signals.received(), 0);
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
