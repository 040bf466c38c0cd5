#include "harness/campaign/side_by_side.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <fstream>
#include <vector>

#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(SideBySide, CountsTheRunsUnderWayAtOneMoment) {
  EXPECT_EQ(most_at_a_time(std::vector<RunInterval>{{0, 10}}), 1);
  EXPECT_EQ(most_at_a_time(std::vector<RunInterval>{{0, 10}, {10, 20}, {20, 30}}), 1) << "one after another";
  EXPECT_EQ(most_at_a_time(std::vector<RunInterval>{{0, 10}, {9, 20}, {9.5, 30}, {40, 50}}), 3);
}

TEST(SideBySide, IsSaidWithTheTimeBetweenTheFirstStarts) {
  const std::vector<RunInterval> runs{{61000, 90000}, {60500, 80000}, {80100, 99000}, {90100, 99000}};
  EXPECT_EQ(side_by_side_text(runs, 2), "side by side: 2 at a time, the first 2 begun within 0.5 s");
}

TEST(SideBySide, IsWarnedOfWhereRunsWaitedForEachOther) {
  const std::vector<RunInterval> runs{{1000, 36000}, {36500, 70000}};
  EXPECT_THAT(side_by_side_text(runs, 2),
              StartsWith("warning: 1 of 2 models at a time: by their logs the first 2 begin 35.5 s apart"));
  EXPECT_THAT(side_by_side_text(std::vector<RunInterval>{{0, 10}}, 2),
              StartsWith("side by side: 1 at a time"));
}

TEST(SideBySide, ReadsTheTimesOfALog) {
  const TemporaryDirectory work;
  EXPECT_FALSE(interval_of_run(work.path())) << "there is no log";
  const auto entry = [&](int time, const char* key) {
    std::ofstream(work / "result.txt", std::ios::app) << fmt::format(
        R"(:::MLLOG {{"namespace": "", "time_ms": {}, "event_type": "X", "key": "{}", "value": null, )"
        R"("metadata": {{}}}})"
        "\n",
        time, key);
  };
  entry(1000, "run_start");
  EXPECT_FALSE(interval_of_run(work.path())) << "it hasn't ended";
  entry(4000, "run_stop");
  const auto interval = interval_of_run(work.path());
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->start, 1000);
  EXPECT_EQ(interval->stop, 4000);
}

}  // namespace
}  // namespace tessera
