#include "harness/process/slurm.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

/// A `squeue` whose answer is given, and a job of the cluster "north" under which it is asked.
class SlurmJob : public testing::Test {
 protected:
  SlurmJob() {
    setenv("SLURM_CLUSTER_NAME", "north", 1);
    setenv("PATH", (bin_.path().string() + ":" + path_).c_str(), 1);
  }
  ~SlurmJob() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("SLURM_CLUSTER_NAME");
  }
  void answers(const std::string& script) const {
    std::ofstream(bin_ / "squeue") << "#!/bin/sh\necho \"$@\" >" << (bin_ / "asked").string() << "\n"
                                   << script;
    std::filesystem::permissions(bin_ / "squeue", std::filesystem::perms::owner_all);
  }

  TemporaryDirectory bin_;
  std::string path_ = std::getenv("PATH");
};

TEST_F(SlurmJob, HasEndedWhereTheQueueDoesNotHaveIt) {
  answers("exit 0\n");
  EXPECT_TRUE(slurm_job_has_ended("1234@north"));
  std::string asked;
  std::getline(std::ifstream(bin_ / "asked"), asked);
  EXPECT_EQ(asked, "--noheader --format=%T --jobs=1234");
  answers("echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1\n");
  EXPECT_TRUE(slurm_job_has_ended("1234@north"));
}

TEST_F(SlurmJob, HasNotEndedWhereTheQueueHasItOrCannotBeAsked) {
  EXPECT_FALSE(slurm_job_has_ended("1234@north")) << "there is no squeue";
  for (const char* script :
       {"echo RUNNING\n", "echo COMPLETING\n",
        "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1\n"}) {
    answers(script);
    EXPECT_FALSE(slurm_job_has_ended("1234@north")) << script;
  }
}

TEST_F(SlurmJob, SaysHowLongItMayGoOn) {
  EXPECT_EQ(seconds_left_of_slurm_job(), std::nullopt) << "it isn't in a job";
  setenv("SLURM_JOB_ID", "1234", 1);
  EXPECT_EQ(seconds_left_of_slurm_job(), std::nullopt) << "there is no squeue";
  const std::vector<std::pair<std::string, std::optional<double>>> answers_of_squeue{
      {"0:59", 59},
      {"10:00", 600},
      {"1:02:03", 3723},
      {"2-03:04:05", 183845},
      {"UNLIMITED", std::numeric_limits<double>::infinity()},
      {"INVALID", std::nullopt},
      {"", std::nullopt}};
  for (const auto& [text, seconds] : answers_of_squeue) {
    answers("echo '" + text + "'\n");
    EXPECT_EQ(seconds_left_of_slurm_job(), seconds) << text;
  }
  answers("echo 10:00; exit 1\n");
  EXPECT_EQ(seconds_left_of_slurm_job(), std::nullopt);
  unsetenv("SLURM_JOB_ID");
}

TEST_F(SlurmJob, OfAnotherClusterIsNotAskedFor) {
  answers("exit 0\n");
  for (const char* job : {"1234@south", "1234", "12;rm@north", "", "@north"})
    EXPECT_FALSE(slurm_job_has_ended(job)) << job;
  EXPECT_FALSE(std::filesystem::exists(bin_ / "asked"));
}

}  // namespace
}  // namespace tessera
