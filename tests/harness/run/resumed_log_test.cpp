#include "harness/run/resumed_log.hpp"

#include <gmock/gmock.h>

#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

std::string line(const std::string& type, const std::string& key, int time,
                 const std::string& metadata = "{}") {
  return R"(:::MLLOG {"namespace": "", "time_ms": )" + std::to_string(time) + R"(, "event_type": ")" + type +
         R"(", "key": ")" + key + R"(", "value": null, "metadata": )" + metadata + "}\n";
}

const std::string kStart = line("INTERVAL_START", "run_start", 1000);
const std::string kStop = line("INTERVAL_END", "run_stop", 2000, R"({"status": "aborted"})");

TEST(ContinuedLog, HasAnInterruptionOfTheSameTimeInPlaceOfTheEnd) {
  EXPECT_EQ(continued_log(kStart + kStop),
            kStart + line("POINT_IN_TIME", "run_interrupted", 2000, R"({"status": "aborted"})"));
}

TEST(ContinuedLog, OfARunThatWasKilledLosesAtMostItsUnfinishedLine) {
  EXPECT_EQ(continued_log(kStart), kStart);
  EXPECT_EQ(continued_log(kStart + ":::MLLOG {\"names"), kStart);
  EXPECT_EQ(continued_log(""), "");
}

TEST(ContinuedLog, LeavesOtherLinesThatSpeakOfTheEndAlone) {
  const std::string remark = "a remark: \"key\": \"run_stop\"\n";
  EXPECT_EQ(continued_log(kStart + remark), kStart + remark);
}

TEST(LogSoFar, SaysWhenTheRunStartedAndHowOftenItWentOn) {
  const TemporaryDirectory directory;
  const auto read = [&](const std::string& text) {
    write_whole_file(directory / "result.txt", text);
    return read_log_so_far(directory / "result.txt");
  };
  EXPECT_EQ(read(kStart).run_start_ms, 1000);
  EXPECT_FALSE(read(kStart).stopped);
  EXPECT_TRUE(read(kStart + kStop).stopped);
  EXPECT_FALSE(read(kStart + kStop).reached_target);
  EXPECT_TRUE(read(kStart + line("INTERVAL_END", "run_stop", 2, R"({"status": "success"})")).reached_target);
  const std::string resumed = line("POINT_IN_TIME", "run_resumed", 3);
  EXPECT_EQ(read(kStart + resumed + resumed).resumed, 2);
  EXPECT_THROW(read(kStop), InputError);
}

}  // namespace
}  // namespace tessera
