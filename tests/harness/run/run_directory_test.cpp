#include "harness/run/run_directory.hpp"

#include <gtest/gtest.h>

#include "io/files/whole_file.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class RunDirectory : public testing::Test {
 protected:
  RunState state() const { return state_of_run(directory_.path()); }
  void put(const char* name, const std::string& text) const { write_whole_file(directory_ / name, text); }

  TemporaryDirectory directory_;
};

TEST_F(RunDirectory, IsThereOrNot) {
  EXPECT_EQ(state_of_run(directory_ / "none"), RunState::Absent);
  EXPECT_EQ(state(), RunState::Absent);
  put("notes.md", "mine");
  put("output.txt", "what it said");
  EXPECT_EQ(state(), RunState::Absent);
}

TEST_F(RunDirectory, OfARunThatWasKilledIsUnfinishedOrGoesOnFromItsCheckpoint) {
  put("result.txt", "");
  EXPECT_EQ(state(), RunState::Unfinished);
  put("checkpoint.h5", "");
  EXPECT_EQ(state(), RunState::Resumable);
  put("run.json.partial", R"({"end": "target_reached"})");
  EXPECT_EQ(state(), RunState::Resumable);
}

TEST_F(RunDirectory, WithoutTheLogOfItsRunNeitherBeginsNorGoesOn) {
  for (const char* name : {"checkpoint.h5", "run.json"}) {
    put(name, "{}");
    EXPECT_EQ(state(), RunState::LogMissing) << name;
    fs::remove(directory_ / name);
  }
}

TEST_F(RunDirectory, OfARunThatWasKilledBeforeItsRunJsonStandsAsItsLogEnds) {
  put("checkpoint.h5", "");
  const std::string stop =
      R"(:::MLLOG {"namespace": "", "time_ms": 1, "event_type": "INTERVAL_END", "key": "run_stop", )"
      R"("value": null, "metadata": {"status": "%"}})"
      "\n";
  put("result.txt", std::string(stop).replace(stop.find('%'), 1, "success"));
  EXPECT_EQ(state(), RunState::TargetReached);
  put("result.txt", std::string(stop).replace(stop.find('%'), 1, "aborted"));
  EXPECT_EQ(state(), RunState::Resumable);
}

TEST_F(RunDirectory, GoesOnFromTheLastCheckpointThatIsThere) {
  put("result.txt", "");
  put("checkpoint-previous.h5", "");
  EXPECT_EQ(state(), RunState::Resumable);
  EXPECT_STREQ(last_checkpoint(directory_.path()), "checkpoint-previous.h5");
  put("checkpoint.h5", "");
  EXPECT_STREQ(last_checkpoint(directory_.path()), "checkpoint.h5");
}

TEST_F(RunDirectory, StandsAsItsRunEnded) {
  put("result.txt", "");
  put("checkpoint.h5", "");
  const auto ended = [&](const std::string& end) {
    put("run.json", R"({"status": "success", "failure": "the loss is not finite", "end": ")" + end + "\"}");
    return state();
  };
  EXPECT_EQ(ended("target_reached"), RunState::TargetReached);
  EXPECT_EQ(ended("target_missed"), RunState::TargetMissed);
  EXPECT_EQ(ended("not_finite"), RunState::TargetMissed);
  EXPECT_EQ(ended("stopped"), RunState::Resumable);
  EXPECT_EQ(ended("failed"), RunState::Resumable);
  EXPECT_EQ(ended("anything else"), RunState::Resumable);
  fs::remove(directory_ / "checkpoint.h5");
  EXPECT_EQ(ended("failed"), RunState::Unfinished);
  EXPECT_EQ(ended("target_reached"), RunState::TargetReached);
}

TEST_F(RunDirectory, WithFilesThatOnlyHaveTheNamesOfARunsIsOfAnotherOrigin) {
  put("history.csv", "a,b\n");
  EXPECT_EQ(state(), RunState::OtherOrigin);
  put("result.txt", "a,b\n");
  put("run.json", R"({"end": "target_reached"})");
  EXPECT_EQ(state(), RunState::OtherOrigin);
  put("result.txt", ":::MLLOG {}\n");
  EXPECT_EQ(state(), RunState::TargetReached);
}

TEST_F(RunDirectory, HasEndedWhereItsRecordOrItsLogSaysSo) {
  EXPECT_FALSE(has_ended(directory_.path()));
  const std::string
      begun = ":::MLLOG {\"key\": \"run_start\", \"value\": null, \"metadata\": {}, \"time_ms\": 1}\n",
      ended = ":::MLLOG {\"key\": \"run_stop\", \"value\": null, \"metadata\": {}, \"time_ms\": 2}\n";
  put("result.txt", begun + "a remark: \"run_stop\"\n");
  EXPECT_FALSE(has_ended(directory_.path()));
  put("result.txt", begun + ended);
  EXPECT_TRUE(has_ended(directory_.path()));
  put("result.txt", begun);
  put("run.json", "{");
  EXPECT_TRUE(has_ended(directory_.path()));
}

TEST(RunEnds, HaveNamesOfTheirOwn) {
  EXPECT_STREQ(name_of(RunEnd::TargetReached), "target_reached");
  EXPECT_STREQ(name_of(RunEnd::NotFinite), "not_finite");
}

}  // namespace
}  // namespace tessera
