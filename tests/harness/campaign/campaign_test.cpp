#include "harness/campaign/campaign.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

#include "harness/campaign/run_queue.hpp"
#include "harness/machine/cpus_of_part.hpp"
#include "harness/process/child_process.hpp"
#include "harness/run/run_directory.hpp"
#include "io/files/directory_lock.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A campaign whose "program" is a shell script: what it does stands in for training.
class CampaignRuns : public testing::Test {
 protected:
  Campaign campaign(const std::string& script, int runs = 2, int models = 1) const {
    const fs::path program = work / "program";
    std::ofstream(program) << "#!/bin/sh\ndirectory=$4 seed=$6\n" << script;
    fs::permissions(program, fs::perms::owner_all);
    Campaign campaign;
    campaign.config = "config.yaml";
    campaign.runs = runs;
    campaign.models = models;
    campaign.launcher = "env RANKS={ranks}";
    campaign.program = program.string();
    campaign.output = work / "out";
    campaign.configuration = {{"data", 1}};
    return campaign;
  }
  int run(const Campaign& campaign) {
    return run_campaign(campaign, [this](const std::string& line) { said += line + "\n"; });
  }
  static constexpr const char* kSuccess =
      "echo $seed >>$directory/seeds; : >$directory/result.txt; echo '{\"end\": \"target_reached\"}' "
      ">$directory/run.json; echo done $seed\n";

  const TemporaryDirectory work;
  std::string said;
};

TEST_F(CampaignRuns, HaveSeedsAndDirectoriesOfTheirOwnWhichTheRecordNames) {
  EXPECT_EQ(run(campaign(kSuccess, 3)), 0);
  const nlohmann::json record = nlohmann::json::parse(read_whole_file(work / "out" / "campaign.json"));
  for (int i = 1; i <= 3; ++i) {
    const std::string name = fmt::format("run_{}", i);
    EXPECT_EQ(read_whole_file(work / "out" / name / "seeds"), fmt::format("{}\n", i));
    EXPECT_EQ(read_whole_file(work / "out" / name / "output.txt"), fmt::format("done {}\n", i));
    EXPECT_EQ(record["runs"][i - 1],
              nlohmann::json({{"directory", name}, {"seed", i}, {"state", "target reached"}}));
  }
}

TEST_F(CampaignRuns, AreToldOfByTheirRecordAndNotByWhatALauncherSays) {
  EXPECT_EQ(
      run(campaign(std::string(kSuccess) + "echo 'srun: error: node2: task 1: Exited with exit code 1' >&2\n"
                                           "echo 'srun: launch/slurm: Terminating StepId=9.0' >&2\n",
                   1)),
      0);
  EXPECT_THAT(said, HasSubstr("run 1 of 1 (seed 1): target reached; see "));
}

TEST_F(CampaignRuns, ThatAreFinishedAreKeptWhenTheCampaignGoesOn) {
  EXPECT_EQ(run(campaign(kSuccess, 2)), 0);
  EXPECT_EQ(run(campaign(kSuccess, 4)), 0);
  EXPECT_THAT(said, HasSubstr("2 of 4 runs are finished already"));
  for (int i = 1; i <= 4; ++i)
    EXPECT_EQ(read_whole_file(work / "out" / fmt::format("run_{}", i) / "seeds"), fmt::format("{}\n", i));
}

TEST_F(CampaignRuns, BeginOrGoOnByOneCommand) {
  const Campaign one = campaign(kSuccess, 1);
  fs::create_directories(one.directory(1));
  EXPECT_EQ(command_of(one, 1).back(), "--resume=auto");
}

TEST_F(CampaignRuns, ThatMissedTheirTargetAreFinishedToo) {
  const Campaign one = campaign("", 1);
  fs::create_directories(one.directory(1));
  write_whole_file(one.directory(1) / "result.txt", "");
  for (const char* report : {R"({"status": "aborted", "end": "target_missed"})",
                             R"({"status": "aborted", "end": "not_finite"})"}) {
    write_whole_file(one.directory(1) / "run.json", report);
    EXPECT_EQ(state_of_run(one.directory(1)), RunState::TargetMissed) << report;
  }
}

TEST_F(CampaignRuns, WhoseMachineFailedGoOnFromTheirCheckpointAtTheNextCall) {
  // What a run leaves whose disk was full once.
  const std::string script =
      ": >$directory/result.txt\n"
      "if [ -e $directory/checkpoint.h5 ]; then echo '{\"end\": \"target_reached\"}' >$directory/run.json; "
      "exit 0; fi\n"
      ": >$directory/checkpoint.h5\n"
      "echo '{\"status\": \"aborted\", \"end\": \"failed\"}' >$directory/run.json; "
      "exit 3\n";
  const Campaign one = campaign(script, 1);
  EXPECT_EQ(run(one), 3);
  EXPECT_THAT(said, HasSubstr("FAILED with exit code 3"));
  EXPECT_EQ(state_of_run(one.directory(1)), RunState::Resumable);
  EXPECT_EQ(run(one), 0);
  EXPECT_EQ(state_of_run(one.directory(1)), RunState::TargetReached);
}

TEST_F(CampaignRuns, WhoseReportHoldsOtherTypesAreUnfinished) {
  const Campaign one = campaign("", 1);
  fs::create_directories(one.directory(1));
  write_whole_file(one.directory(1) / "result.txt", "");
  for (const char* report : {"", "[]", R"({"status": 1, "end": 2})", R"({"end": ["target_reached"]})"}) {
    write_whole_file(one.directory(1) / "run.json", report);
    EXPECT_EQ(state_of_run(one.directory(1)), RunState::Unfinished) << report;
  }
}

TEST_F(CampaignRuns, ThatFailEndTheCampaignWithTheirLastWords) {
  EXPECT_EQ(run(campaign("echo the disk is full; exit 3\n", 3)), 3);
  EXPECT_THAT(said, HasSubstr("run 1 of 3 (seed 1): FAILED with exit code 3"));
  EXPECT_THAT(said, HasSubstr("the disk is full"));
  EXPECT_FALSE(fs::exists(work / "out" / "run_2"));
  EXPECT_EQ(run(campaign("exit 2\n", 3)), 2);
}

TEST_F(CampaignRuns, SideBySideAreUnderWayAtOnceAndHaveCoresOfTheirOwn) {
  // Each waits for the other's file, so that one after another would never end.
  const std::string script =
      "touch $directory/../$seed; other=$((3 - seed))\n"
      "while [ ! -e $directory/../$other ]; do sleep 0.01; done\n";
  EXPECT_EQ(run(campaign(script + kSuccess, 2, 2)), 0);
  EXPECT_TRUE(fs::exists(work / "out" / "weak" / "run_2" / "run.json"));
  const auto first = cpus_of_part(0, 2), second = cpus_of_part(1, 2);
  EXPECT_FALSE(cpus_of_part(0, 1));
  EXPECT_FALSE(cpus_of_part(0, 1 << 20));
  if (!first || !second) GTEST_SKIP() << "one core alone";
  cpu_set_t both;
  CPU_AND(&both, &*first, &*second);
  EXPECT_EQ(CPU_COUNT(&both), 0);
  EXPECT_GT(CPU_COUNT(&*first), 0);
}

TEST_F(CampaignRuns, ThatWaitForEachOtherWhereTheyBelongSideBySideAreSaidTo) {
  // The launcher lets one in at a time. Times of a log are in milliseconds.
  const std::string script =
      "log() { echo ':::MLLOG {\"namespace\": \"\", \"time_ms\": '$(date +%s%3N)', \"event_type\": \"X\", "
      "\"key\": "
      "\"'$1'\", \"value\": null, \"metadata\": {}}' >>$directory/result.txt; }\n"
      "sleep 0.3; log run_start; sleep 0.1; log run_stop; echo '{\"end\": \"target_reached\"}' "
      ">$directory/run.json\n";
  Campaign two = campaign(script, 2, 2);
  EXPECT_EQ(run(two), 0);
  EXPECT_THAT(said, HasSubstr("side by side: 2 at a time"));
  said.clear();
  fs::remove_all(two.output);
  two.launcher = "flock " + (work / "turn").string() + " env RANKS={ranks}";
  EXPECT_EQ(run(two), 0);
  EXPECT_THAT(said, HasSubstr("has not begun, and waited until the end of run"));
  EXPECT_THAT(said, HasSubstr("warning: 1 of 2 models at a time"));
}

TEST_F(CampaignRuns, ThatHadAnotherNumberOfRanksDoNotCount) {
  // As where a launcher starts several programs of one rank.
  Campaign two = campaign(
      ": >$directory/result.txt; echo '{\"end\": \"target_reached\", \"ranks\": 1}' >$directory/run.json\n",
      2);
  two.ranks = 4;
  EXPECT_EQ(run(two), 2);
  EXPECT_THAT(said, HasSubstr("run 1 of 2 (seed 1): FAILED: it had 1 rank where 4 were to be"));
  EXPECT_FALSE(fs::exists(two.directory(2)));
  EXPECT_THAT(message_of<InputError>([&] { run(two); }), HasSubstr("a run of the campaign doesn't count"));
}

TEST_F(CampaignRuns, OfWhichOneIsWarnedItselfStopTheCampaign) {
  const std::string stopped =
      ": >$directory/result.txt; : >$directory/checkpoint.h5; echo '{\"end\": \"stopped\"}' "
      ">$directory/run.json; exit ";
  for (const auto& [code, campaigns] : {std::pair{75, 75}, {143, 143}, {0, 75}}) {
    EXPECT_EQ(run(campaign(stopped + std::to_string(code) + "\n", 2)), campaigns) << code;
    EXPECT_THAT(said, HasSubstr("run 1 of 2 (seed 1): stopped, with a checkpoint"));
    EXPECT_FALSE(fs::exists(work / "out" / "run_2"));
    fs::remove_all(work / "out");
  }
}

TEST_F(CampaignRuns, AreHandedASignalAndAllLeaveTogether) {
  const std::string script =
      "trap 'echo ended >$directory/ended; exit 143' TERM\n"
      "touch $directory/begun; while :; do sleep 0.01; done\n";
  for (const int signal : {SIGTERM, SIGINT}) {
    std::thread interrupter([&] {
      for (int i = 1; i <= 2; ++i)
        while (!fs::exists(work / "out" / "weak" / fmt::format("run_{}", i) / "begun"))
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
      raise(signal) == 0 ? void() : std::abort();
    });
    EXPECT_EQ(run(campaign(script, 3, 2)), 128 + signal);
    interrupter.join();
    EXPECT_TRUE(fs::exists(work / "out" / "weak" / "run_1" / "ended"));
    EXPECT_TRUE(fs::exists(work / "out" / "weak" / "run_2" / "ended"));
    EXPECT_FALSE(fs::exists(work / "out" / "weak" / "run_3"));
    fs::remove_all(work / "out");
  }
}

TEST_F(CampaignRuns, OfAnotherCampaignAreNotTouched) {
  EXPECT_EQ(run(campaign(kSuccess)), 0);
  Campaign other = campaign(kSuccess);
  other.first_seed = 7;
  other.configuration = {{"data", 2}};
  EXPECT_THAT(message_of<InputError>([&] { run(other); }), HasSubstr("configuration, first_seed"));
}

TEST_F(CampaignRuns, OfACampaignUnderWayAreRefusedASecondOne) {
  fs::create_directories(work / "out");
  const DirectoryLock lock(work / "out", {.what = "the output directory", .fix = "wait"});
  EXPECT_THAT(message_of<InputError>([&] { run(campaign(kSuccess)); }),
              HasSubstr(fmt::format("the output directory is in use by process {} on ", getpid())));
  EXPECT_TRUE(is_empty_but_for_lock(work / "out"));
}

TEST_F(CampaignRuns, AreStoppedWhereTheirDirectoryIsLost) {
  const std::string script =
      "trap 'echo ended >$directory/ended; exit 143' TERM\n"
      "rm $directory/../.tessera-lock; while :; do sleep 0.01; done\n";
  const Campaign one = campaign(script, 1);
  fs::create_directories(one.output);
  DirectoryLock lock(
      one.output, {.what = "the output directory", .fix = "wait", .refresh = std::chrono::milliseconds(20)});
  int records = 0;
  const std::function<void(const std::string&)> say = [](const std::string&) {};
  EXPECT_THAT(message_of<MachineError>([&] {
                run_all({{"the first", one.directory(1), command_of(one, 1), ""}},
                        {.side_by_side = 1, .say = say, .lock = lock, .ended = [&] { ++records; }});
              }),
              HasSubstr("the file of its lock is gone"));
  EXPECT_TRUE(fs::exists(one.directory(1) / "ended"));
  EXPECT_EQ(records, 0) << "nothing more is written";
}

TEST_F(CampaignRuns, WithoutARecordAreRefused) {
  for (const char* place : {"run_7", "weak/run_1"}) {
    fs::create_directories(work / "out" / place);
    write_whole_file(work / "out" / place / "result.txt", "");
    EXPECT_THAT(message_of<InputError>([&] { run(campaign(kSuccess)); }), HasSubstr(place));
    EXPECT_FALSE(fs::exists(work / "out" / "campaign.json"));
    fs::remove_all(work / "out");
  }
}

TEST_F(CampaignRuns, AreStoppedAndWaitedForWhereAnotherCannotBegin) {
  const std::string script =
      "trap 'sleep 0.2; echo ended >$directory/ended; exit 143' TERM\n"
      "touch $directory/begun; while :; do sleep 0.01; done\n";
  const Campaign two = campaign(script, 2, 2);
  fs::create_directories(work / "out" / "weak");
  write_whole_file(work / "out" / "weak" / "run_2", "");  // a file where a directory belongs
  EXPECT_ANY_THROW(run_campaign(two, [&](const std::string&) {
    while (!fs::exists(two.directory(1) / "begun")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }));
  EXPECT_TRUE(fs::exists(two.directory(1) / "ended"));
}

TEST_F(CampaignRuns, AreJudgedByTheirCodesWhereSigchldWasIgnored) {
  std::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(run(campaign("exit 2\n", 1)), 2);
  std::signal(SIGCHLD, SIG_DFL);
}

TEST_F(CampaignRuns, AreRefusedWithALauncherThatCannotDo) {
  for (const char* launcher : {"", " ", "mpiexec -n 2", "no-such-launcher -n {ranks}", "/dev/null {ranks}"}) {
    Campaign bad = campaign(kSuccess);
    bad.ranks = 2;
    bad.launcher = launcher;
    EXPECT_THROW(run(bad), InputError) << launcher;
    EXPECT_FALSE(fs::exists(work / "out")) << launcher;
  }
}

TEST(ChildEnvironment, HasNothingOfTheWorldThatALauncherMade) {
  std::array<std::string, 6> variables{"PATH=/bin",         "PMI_RANK=0",     "PMI_FD=6",
                                       "HYDI_CONTROL_FD=7", "SLURM_JOB_ID=1", "MPICH_X=1"};
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  EXPECT_TRUE(is_under_mpi_launcher(environment.data()));
  EXPECT_THAT(environment_without_mpi_world(environment.data()),
              ElementsAre("PATH=/bin", "SLURM_JOB_ID=1", "MPICH_X=1"));
  environment.erase(environment.begin() + 1);
  EXPECT_FALSE(is_under_mpi_launcher(environment.data()));
}

TEST(ChildProcessEnds, WithItsCodeOrItsSignal) {
  const TemporaryDirectory work;
  const auto code_of = [&](const std::string& script) {
    ChildProcess child({.words = {"sh", "-c", script},
                        .environment = {"PATH=/usr/bin:/bin"},
                        .output = work / "output",
                        .cpus = {}});
    while (!child.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return *child.poll();
  };
  EXPECT_EQ(code_of("exit 7"), 7);
  EXPECT_EQ(code_of("kill -9 $$"), 137);
  EXPECT_EQ(code_of("echo out; echo err >&2"), 0);
  EXPECT_EQ(read_whole_file(work / "output"), "out\nerr\n");
}

TEST(ChildProcessEnds, AsFailedWhereItsCodeIsLost) {
  const TemporaryDirectory work;
  std::signal(SIGCHLD, SIG_IGN);
  ChildProcess child({.words = {"true"}, .environment = {}, .output = work / "output", .cpus = {}});
  for (int i = 0; i < 1000 && !child.poll(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::signal(SIGCHLD, SIG_DFL);
  EXPECT_EQ(child.poll(), 127);
}

TEST(ChildProcessEnds, BeforeItBeganLeaveStandardInputOpenWhereNoPipeCanBeMade) {
  const TemporaryDirectory work;
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int next = dup(0);  // the one descriptor that the output may have
  ASSERT_GE(next, 0);
  close(next);
  const rlimit few{static_cast<rlim_t>(next) + 1, usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_THROW(ChildProcess({.words = {"true"}, .environment = {}, .output = work / "output", .cpus = {}}),
               MachineError);
  setrlimit(RLIMIT_NOFILE, &usual);
  EXPECT_NE(fcntl(0, F_GETFD), -1);
}

}  // namespace
}  // namespace tessera
