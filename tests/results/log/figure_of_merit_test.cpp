#include "results/log/figure_of_merit.hpp"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(FigureOfMerit, IsALineOfFourWordsThatProgramsRead) {
  EXPECT_EQ(to_string({{"step_seconds", 0.0123456789, "s"}, {"flop", 1.5e12, "flop/s"}}),
            "FOM step_seconds = 0.0123457 s\nFOM flop = 1.5e+12 flop/s\n");
}

TEST(FigureOfMerit, HasNoBlankInItsName) {
  EXPECT_EQ(to_string({{"time_to_solution@my runs/\none", 1, "s"}}),
            "FOM time_to_solution@my_runs/_one = 1 s\n");
}

}  // namespace
}  // namespace tessera
