#include "harness/run/closing_line.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

nlohmann::json sample_run() {
  return {{"end", "target_reached"},
          {"metric", {{"name", "MAE"}, {"target", 0.124}, {"value", 0.11183}}},
          {"epochs", {1, 2, 3}},
          {"seconds", {{"run", 71.91}}},
          {"samples_per_second", 281.2}};
}

TEST(ClosingLine, SaysWhatReachedTheTargetAndHowFast) {
  EXPECT_EQ(closing_line(sample_run(), "runs/x"),
            "target reached: MAE 0.1118 (target 0.124) after 3 epochs, 71.9 s, 281.2 samples/s; see runs/x");
}

TEST(ClosingLine, SaysThatTheTargetWasMissed) {
  nlohmann::json run = sample_run();
  run["end"] = "target_missed";
  run["epochs"] = {1};
  run["metric"]["value"] = nullptr;
  EXPECT_EQ(closing_line(run, "runs/x"),
            "ended before its target was reached, after 1 epoch, 71.9 s, 281.2 samples/s; see runs/x");
}

TEST(ClosingLine, SaysWhyARunWasAborted) {
  nlohmann::json run = sample_run();
  run["end"] = "not_finite";
  run["failure"] = "the loss is nan";
  EXPECT_EQ(closing_line(run, "runs/x"), "aborted: the loss is nan, 71.9 s, 281.2 samples/s; see runs/x");
}

TEST(ClosingLine, OfARunWithoutItsRecordIsItsState) {
  const TemporaryDirectory directory;
  EXPECT_EQ(closing_line(directory.path()), "not begun; see " + directory.path().string());
  std::ofstream(directory.path() / "run.json") << sample_run();
  EXPECT_EQ(closing_line(directory.path()), closing_line(sample_run(), directory.path().string()));
}

}  // namespace
}  // namespace tessera
