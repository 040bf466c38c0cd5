#include "harness/commands/time_limit.hpp"

#include <gtest/gtest.h>

#include "models/base/error.hpp"

namespace tessera {
namespace {

TEST(TimeLimit, IsInSecondsOrAsAClock) {
  EXPECT_EQ(time_limit_of("90", "--time-limit"), 90);
  EXPECT_EQ(time_limit_of("0.25", "--time-limit"), 0.25);
  EXPECT_EQ(time_limit_of("1:30:00", "--time-limit"), 5400);
  EXPECT_EQ(time_limit_of("0:00:01", "--time-limit"), 1);
  EXPECT_EQ(time_limit_of("100:00:59", "--time-limit"), 360059);
}

TEST(TimeLimit, OfAnyOtherFormIsAnInputError) {
  for (const char* text :
       {"0", "-1", "1e3", "soon", "1:30", "1:60:00", "1:00:60", "0:00:00", " 5", "5s", "nan", "inf"})
    EXPECT_THROW(time_limit_of(text, "--time-limit"), InputError) << text;
}

}  // namespace
}  // namespace tessera
