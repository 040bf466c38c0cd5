#include "harness/run/injected_fault.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "models/base/error.hpp"

namespace tessera {
namespace {

class InjectedFault : public ::testing::Test {
 protected:
  ~InjectedFault() override { unsetenv("TESSERA_FAULT"); }
};

TEST_F(InjectedFault, IsNoneUnlessAskedFor) {
  const auto fault = injected_fault(0, 2);
  for (int step = 0; step < 5; ++step) EXPECT_NO_THROW(fault());
}

TEST_F(InjectedFault, StrikesInItsStepOnItsRankAlone) {
  setenv("TESSERA_FAULT", "step=3,rank=1", 1);
  const auto here = injected_fault(1, 2), elsewhere = injected_fault(0, 2);
  for (int step = 1; step <= 4; ++step) {
    EXPECT_NO_THROW(elsewhere());
    if (step == 3)
      EXPECT_THROW(here(), MachineError);
    else
      EXPECT_NO_THROW(here());
  }
}

TEST_F(InjectedFault, ThatCannotBeReadIsRefused) {
  for (const char* wish :
       {"", "1", "step=0,rank=0", "step=3,rank=1,more", "step=3;rank=1", "step=3,rank=2"}) {
    setenv("TESSERA_FAULT", wish, 1);
    EXPECT_THROW(injected_fault(0, 2), InputError) << wish;
  }
}

}  // namespace
}  // namespace tessera
