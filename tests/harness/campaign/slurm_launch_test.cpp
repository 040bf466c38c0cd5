#include "harness/campaign/slurm_launch.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "harness/campaign/campaign.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// The environment of a batch script, with changes; "" takes away.
Getenv batch_script(std::map<std::string, std::string> changes = {}) {
  std::map<std::string, std::string> variables{{"SLURM_JOB_ID", "7"}, {"SLURM_JOB_CPUS_PER_NODE", "8(x2),4"}};
  for (auto& [name, value] : changes) variables[name] = value;
  return [variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? nullptr : found->second.c_str();
  };
}

SlurmJob nodes(int count, int cpus) {
  return {std::vector<int>(static_cast<std::size_t>(count), cpus), std::nullopt};
}

TEST(SlurmJobOfACampaign, IsReadFromTheEnvironmentOfABatchScript) {
  EXPECT_THAT(slurm_job(batch_script()).cpus, ElementsAre(8, 8, 4));
  EXPECT_EQ(slurm_job(batch_script({{"SLURM_MEM_PER_NODE", "4000"}})).megabytes_a_node, 4000);
  EXPECT_THAT(message_of<InputError>([] {
                slurm_job(batch_script({{"SLURM_JOB_ID", ""}}));
              }),
              HasSubstr("call `tessera` in a batch script"));
}

TEST(ModelPlaces, GiveEachModelNodesOfItsOwnWhereThereAreEnough) {
  EXPECT_EQ(model_places(nodes(4, 8), 2, 4), (ModelPlaces{2, 1, 4}));
  EXPECT_EQ(model_places(nodes(4, 8), 1, 4), (ModelPlaces{4, 1, 8}));
  EXPECT_EQ(model_places(nodes(4, 8), 1, 6), (ModelPlaces{3, 1, 4})) << "as many ranks on each node";
  EXPECT_EQ(model_places(nodes(4, 8), 1, 2), (ModelPlaces{2, 1, 8})) << "no node without a rank";
}

TEST(ModelPlaces, DivideNodesAmongMoreModels) {
  EXPECT_EQ(model_places(nodes(1, 8), 2, 2), (ModelPlaces{1, 2, 2}));
  EXPECT_EQ(model_places(nodes(2, 8), 3, 2), (ModelPlaces{1, 2, 2}));
  EXPECT_EQ(model_places({{8, 8, 4}, std::nullopt}, 3, 2), (ModelPlaces{1, 1, 2})) << "the smallest node's";
  EXPECT_THAT(message_of<InputError>([] { model_places(nodes(2, 2), 4, 2); }),
              HasSubstr("4 models of 2 ranks each put 4 ranks on a node that gives the job 2 CPUs"));
}

TEST(MpiType, IsWhatTheLibrarySpeaksAndSlurmHas) {
  const std::string list = "MPI plugin types are...\n\tcray_shasta\n\tpmi2\n\tnone\n\tpmix\n";
  EXPECT_EQ(mpi_type("MPICH Version: 4.0.2", list), "pmi2");
  EXPECT_EQ(mpi_type("Open MPI v4.1.4, package: Debian", list), "pmix");
  EXPECT_EQ(mpi_type("MPI VERSION : CRAY MPICH version 8.1", list), "cray_shasta");
  EXPECT_EQ(mpi_type("MPICH Version: 4.0.2", "MPI plugin types are...\n\tpmix\n"), "pmix");
  EXPECT_THAT(message_of<InputError>([] { mpi_type("MPICH Version: 4.0.2", "pmi2_old none"); }),
              HasSubstr("srun knows none of pmi2, pmix"));
}

/// Commands of Slurm that tests write, in PATH before all others. Its srun is a step that dies with its srun,
/// and obeys scancel.
class SlurmCampaign : public testing::Test {
 protected:
  SlurmCampaign() {
    setenv("PATH", (bin_.path().string() + ":" + path_).c_str(), 1);
    command("srun",
            "case $1 in --mpi=list) echo 'MPI plugin types are...'; echo '  pmi2'; exit;; esac\n"
            "echo \"$@\" >>" +
                (bin_ / "started").string() +
                "\n"
                "while :; do case $1 in --job-name=*) name=${1#*=};; -*) ;; *) break;; esac; shift; done\n"
                "\"$@\" & echo $! >" +
                bin_.path().string() +
                "/pid-$name\n"
                "trap 'kill -9 $!' TERM\nwait; wait $!\n");
    command("squeue",
            "i=0; for f in " + bin_.path().string() + "/pid-*; do echo 7.$i ${f#*/pid-}; i=$((i+1)); done\n");
    command("scancel", "set -- $1 $((${2#7.}+1)) " + bin_.path().string() + "/pid-*; echo $1 >>" +
                           (bin_ / "cancelled").string() +
                           "; shift $2; shift; kill -TERM $(cat $1)\n"
                           "echo 'scancel: error: Kill job error on job step id 7: Invalid job id specified' "
                           ">&2; exit 225\n");
  }
  ~SlurmCampaign() override { setenv("PATH", path_.c_str(), 1); }

  void command(const std::string& name, const std::string& script) const {
    std::ofstream(bin_ / name) << "#!/bin/sh\n" << script;
    fs::permissions(bin_ / name, fs::perms::owner_all);
  }
  Campaign campaign(const std::string& script, int models) const {
    std::ofstream(bin_ / "program") << "#!/bin/sh\ndirectory=$4\n" << script;
    fs::permissions(bin_ / "program", fs::perms::owner_all);
    Campaign campaign;
    campaign.config = "config.yaml";
    campaign.runs = campaign.models = models;
    campaign.ranks = 2;
    campaign.launcher = srun_line(nodes(2, 4), models, 2, "MPICH Version: 4.0.2", batch_script());
    campaign.program = (bin_ / "program").string();
    campaign.output = bin_ / "out";
    campaign.configuration = {{"data", 1}};
    return campaign;
  }

  const TemporaryDirectory bin_;
  const std::string path_ = std::getenv("PATH");
};

TEST_F(SlurmCampaign, HasALineThatSharesTheJobAmongItsModels) {
  EXPECT_EQ(srun_line(nodes(2, 4), 2, 2, "MPICH Version: 4.0.2", batch_script()),
            "srun --exact --kill-on-bad-exit=1 --mpi=pmi2 --nodes=1 --ntasks={ranks} --ntasks-per-node=2 "
            "--cpus-per-task=2");
  EXPECT_THAT(
      srun_line(nodes(2, 4), 2, 2, "MPICH Version: 4.0.2", batch_script({{"SLURM_MPI_TYPE", "pmix"}})),
      Not(HasSubstr("--mpi")));
  SlurmJob job = nodes(1, 4);
  job.megabytes_a_node = 3000;
  EXPECT_THAT(srun_line(job, 2, 2, "MPICH Version: 4.0.2", batch_script()), HasSubstr(" --mem=1500"));
  EXPECT_TRUE(is_srun(" /usr/bin/srun -n {ranks}"));
  EXPECT_FALSE(is_srun("mpiexec -n {ranks} srun"));
}

TEST_F(SlurmCampaign, StopsItsStepsThroughSlurmSoThatTheyEndWithACheckpoint) {
  const Campaign two = campaign(
      "trap 'echo ended >$directory/ended; exit 143' TERM\ntouch $directory/begun; while :; do sleep 0.01; "
      "done\n",
      2);
  std::thread interrupter([&] {
    for (int run = 1; run <= 2; ++run)
      while (!fs::exists(two.directory(run) / "begun"))
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(getpid(), SIGTERM);
  });
  EXPECT_EQ(run_campaign(two, [](const std::string&) {}), 143);
  interrupter.join();
  for (int run = 1; run <= 2; ++run) EXPECT_TRUE(fs::exists(two.directory(run) / "ended")) << run;
  EXPECT_EQ(read_whole_file(bin_ / "cancelled"), "--signal=TERM\n--signal=TERM\n");
  const std::string started = read_whole_file(bin_ / "started");
  EXPECT_THAT(started, HasSubstr("--nodes=1 --ntasks=2 "));
  EXPECT_THAT(started, HasSubstr(fmt::format("--job-name=tessera-{}-run_2 ", getpid())));
}

TEST_F(SlurmCampaign, StopsAStepThatSlurmDoesNotKnowByItsSrun) {
  command("squeue", "exit 1\n");
  const Campaign one = campaign("touch $directory/begun; exec sleep 60\n", 1);
  std::thread interrupter([&] {
    while (!fs::exists(one.directory(1) / "begun")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(getpid(), SIGTERM);
  });
  EXPECT_EQ(run_campaign(one, [](const std::string&) {}), 143);
  interrupter.join();
  EXPECT_FALSE(fs::exists(bin_ / "cancelled"));
}

}  // namespace
}  // namespace tessera
