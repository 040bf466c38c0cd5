#include "results/score/run_set.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "models/base/error.hpp"
#include "results/sample_log.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class RunSets : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text = cosmoflow_log("closed").text()) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::vector<RunSet> sets(const std::string& below = "") const {
    return read_run_sets(below.empty() ? root_.path() : root_ / below);
  }
  std::vector<std::string> names(const std::string& below = "") const {
    std::vector<std::string> list;
    for (const RunSet& set : sets(below)) list.push_back(set.name);
    return list;
  }
  static std::vector<std::string> files(const RunSet& set) {
    std::vector<std::string> list;
    for (const RunRecord& run : set.runs) {
      list.push_back(fs::path(run.file).lexically_relative(set.directory).string());
    }
    return list;
  }

  TemporaryDirectory root_;
};

TEST_F(RunSets, AreFoundInTheLayoutsOfAllRounds) {
  write("Org/results/old/cosmoflow/result_1.txt");
  write("Org/results/new/strong/cosmoflow/result_0.txt");
  write("Org/results/new/weak/deepcam/result_0.txt", deepcam_log("open").text());
  write("Org/systems/new.json",
        R"({"number_of_nodes": "16", "accelerators_per_node": 4, "division": "open"})");
  const std::vector<RunSet> found = sets();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_THAT(names(), ElementsAre("Org/results/new/strong/cosmoflow", "Org/results/new/weak/deepcam",
                                   "Org/results/old/cosmoflow"));
  for (const RunSet& set : found) EXPECT_EQ(set.organisation, "Org");
  EXPECT_EQ(found[1].system, "new");
  EXPECT_EQ(found[1].benchmark, "deepcam");
  EXPECT_EQ(found[1].mode, ScalingMode::Weak);
  EXPECT_EQ(found[1].described.value().units(), 64.0);
  EXPECT_EQ(found[0].division, "open");  // the description's word
  EXPECT_EQ(found[2].division, "closed");
  EXPECT_EQ(found[2].mode, ScalingMode::Strong);
  EXPECT_FALSE(found[2].described);
}

TEST_F(RunSets, KnowTheirLayoutFromAPathInsideIt) {
  write("Org/results/new/weak/cosmoflow/result_0.txt");
  const RunSet set = sets("Org/results/new/weak/cosmoflow/").at(0);
  EXPECT_EQ(set.name, ".");
  EXPECT_EQ(set.system, "new");
  EXPECT_EQ(set.mode, ScalingMode::Weak);
}

TEST_F(RunSets, AreOneOfAllRunsBesideEachOtherThatHoldOneResultEach) {
  for (const char* run : {"run_1", "run_2", "run_10"}) write(std::string("campaign/") + run + "/result.txt");
  const RunSet set = sets().at(0);
  EXPECT_EQ(set.name, "campaign");
  EXPECT_THAT(files(set), ElementsAre("run_1/result.txt", "run_2/result.txt", "run_10/result.txt"));
  EXPECT_EQ(set.organisation, "Example");
  EXPECT_EQ(set.system, "two nodes");
  EXPECT_THAT(names("campaign"), ElementsAre("."));
  EXPECT_THAT(files(sets("campaign/run_2").at(0)), ElementsAre("result.txt"));
}

TEST_F(RunSets, SurviveGapsStrayFilesPrunedRunsAndUnreadableLogs) {
  for (const char* name : {"result_01.txt", "result_000.txt", "result_7.txt", "result_10.txt", "README",
                           ".DS_Store", "pruned_results/result_3.txt", "result_8.log"}) {
    write(std::string("set/") + name);
  }
  fs::create_directories(root_ / "set/result_5.txt");
  fs::create_symlink("nowhere", root_ / "set/result_11.txt");
  fs::create_directory_symlink("..", root_ / "set/loop");
  fs::create_symlink("result_12.txt", root_ / "set/result_12.txt");
  const RunSet set = sets().at(0);
  EXPECT_EQ(sets().size(), 1U);
  EXPECT_THAT(files(set), ElementsAre("result_000.txt", "result_01.txt", "result_7.txt", "result_10.txt",
                                      "result_11.txt", "result_12.txt"));
  EXPECT_EQ(set.runs[4].unreadable, "there is no such file");
  EXPECT_FALSE(set.runs[5].unreadable.empty());
}

TEST_F(RunSets, TakeTheScalingFactorBesideTheLogs) {
  write("result_0.txt");
  write("scaling.json", R"({"scaling_factor": 1.25})");
  EXPECT_EQ(sets().at(0).scaling_factor, 1.25);
  for (const char* bad :
       {"", "[]", "{}", R"({"scaling_factor": 0})", R"({"scaling_factor": "1.5"})",
        R"({"scaling_factor": 1e400})", R"({"scaling_factor": NaN})", R"({"scaling_factor": true})"}) {
    write("scaling.json", bad);
    EXPECT_EQ(sets().at(0).scaling_problem, "scaling.json has no scaling_factor > 0") << bad;
  }
}

TEST_F(RunSets, LeaveOutAResultBesideNumberedOnes) {
  for (const char* name : {"result_0.txt", "result_1.txt", "result.txt"}) write(std::string("set/") + name);
  EXPECT_THAT(files(sets().at(0)), ElementsAre("result_0.txt", "result_1.txt"));
  write("one/result.txt");
  write("one/result_0.txt");
  EXPECT_THAT(names(), ElementsAre("one", "set"));
}

TEST_F(RunSets, ReadSystemDescriptionsWithOddNumbersAndSurviveOddFilesInTheirPlace) {
  write("Org/results/new/strong/cosmoflow/result_0.txt");
  const std::string place = "Org/systems/new.json";
  write(place,
        R"({"number_of_nodes": 16, "accelerators_per_node": 1e400, "cooling": NaN, "division": "open"})");
  RunSet set = sets().at(0);
  EXPECT_EQ(set.described.value().units(), 16.0);
  EXPECT_EQ(set.division, "open");
  for (const std::string& bad : {std::string("[1]"), std::string(100'000, '['), std::string("{\"a\": \xff}"),
                                 "{\"a\": \"" + std::string(1 << 20, 'x') + "\"}"}) {
    write(place, bad);
    EXPECT_FALSE(sets().at(0).described) << bad.substr(0, 20);
  }
  for (const char* fifo : {"Org/systems/new.json", "Org/results/new/strong/cosmoflow/scaling.json"}) {
    fs::remove(root_ / fifo);
    ASSERT_EQ(mkfifo((root_ / fifo).c_str(), 0600), 0);
  }
  set = sets().at(0);
  EXPECT_FALSE(set.described);
  EXPECT_EQ(set.scaling_problem, "scaling.json has no scaling_factor > 0");
}

TEST_F(RunSets, AreWeakByTheirLayoutElseByADirectoryBelowThePathAskedFor) {
  const auto mode = [this](const std::string& log, const std::string& asked) {
    write("weak/" + log);
    const ScalingMode found = sets("weak/" + asked).at(0).mode;
    fs::remove_all(root_ / "weak");
    return found;
  };
  EXPECT_EQ(mode("Org/results/new/strong/cosmoflow/result_0.txt", ""), ScalingMode::Strong);
  EXPECT_EQ(mode("Org/results/new/strong/cosmoflow/result_0.txt", "Org"), ScalingMode::Strong);
  EXPECT_EQ(mode("Org/results/new/weak/cosmoflow/result_0.txt", "Org"), ScalingMode::Weak);
  EXPECT_EQ(mode("set/result_0.txt", "set"), ScalingMode::Strong);
  EXPECT_EQ(mode("other/weak/set/result_0.txt", "other"), ScalingMode::Weak);
  for (const char* asked : {"campaign", "campaign/weak", "campaign/weak/.", "campaign/weak/run_1"})
    EXPECT_EQ(mode("campaign/weak/run_1/result.txt", asked), ScalingMode::Weak) << asked;
  EXPECT_EQ(mode("campaign/run_1/result.txt", "campaign"), ScalingMode::Strong);
}

TEST_F(RunSets, RefuseAPathWithoutLogs) {
  EXPECT_THROW(sets(), InputError);
  EXPECT_THROW(sets("missing"), InputError);
}

TEST(SystemSize, IsAcceleratorsOrNodesWhereThereAreNone) {
  EXPECT_EQ((SystemSize{16.0, 4.0}.units()), 64.0);
  EXPECT_EQ((SystemSize{16.0, 0.0}.units()), 16.0);
  EXPECT_EQ((SystemSize{16.0, std::nullopt}.units()), 16.0);
  EXPECT_EQ((SystemSize{std::nullopt, 4.0}.units()), std::nullopt);
}

}  // namespace
}  // namespace tessera
