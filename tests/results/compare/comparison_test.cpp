#include "results/compare/comparison.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sstream>

#include "models/base/error.hpp"
#include "results/check/log_reader.hpp"
#include "results/compare/comparison_json.hpp"
#include "results/compare/comparison_table.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string run_log(double minutes, double accuracy, const json& batch) {
  std::string text;
  const auto add = [&](const char* key, const json& value, double time, const json& metadata) {
    text += ":::MLLOG " +
            json{{"key", key}, {"value", value}, {"time_ms", time}, {"metadata", metadata}}.dump() + "\n";
  };
  add("submission_benchmark", "deepcam", 0, json::object());
  add("global_batch_size", batch, 0, json::object());
  add("opt_name", "LAMB", 0, json::object());
  add("run_start", nullptr, 0, json::object());
  add("eval_accuracy", accuracy, 30000 * minutes, {{"epoch_num", 7}});
  add("run_stop", nullptr, 60000 * minutes, {{"status", "success"}});
  return text;
}

/// A set of DeepCAM's five runs; those of negative minutes miss the target.
ComparedSet compared(const std::string& system, const json& nodes, const std::vector<double>& minutes,
                     const json& batch = 2048, const json& accelerators_per_node = 0) {
  ComparedSet one;
  one.set.directory = "round/Org/results/" + system + "/deepcam";
  one.set.organisation = "Org";
  one.set.system = system;
  one.set.benchmark = "deepcam";
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    std::istringstream in(run_log(std::abs(minutes[i]), minutes[i] > 0 ? 0.83 : 0.5, batch));
    one.set.runs.push_back(read_log(in, fmt::format("{}/result_{}.txt", one.set.directory.string(), i)));
  }
  one.score = score(one.set, Round::V3_0);
  one.system = described_system({{"submitter", "Org"},
                                 {"system_name", system},
                                 {"number_of_nodes", nodes},
                                 {"accelerators_per_node", accelerators_per_node},
                                 {"host_processor_model_name", "A64FX"}});
  return one;
}

std::vector<std::string> names(const ComparedGroup& group) {
  std::vector<std::string> list;
  for (const Standing& standing : group.standings) list.push_back(standing.name);
  return list;
}

// Means without ends: small 40, large 25 on twice the nodes.
std::vector<ComparedSet> two_sizes() {
  return {compared("small", "128", {38, 39, 40, 41, 42}, 1024),
          compared("large", "256", {23, 24, 25, 26, 27}, 2048.0)};
}

TEST(Comparison, RanksByTimeToSolutionOverTheSlowest) {
  const Comparison comparison = compare(two_sizes(), "");
  ASSERT_EQ(comparison.groups.size(), 1U);
  const ComparedGroup& group = comparison.groups[0];
  EXPECT_THAT(names(group), ElementsAre("Org/large", "Org/small"));
  EXPECT_EQ(group.base, 1U);
  const Standing& large = group.standings[0];
  EXPECT_EQ(large.place, 1U);
  EXPECT_DOUBLE_EQ(large.minutes.value(), 25);
  EXPECT_FALSE(large.provisional);
  EXPECT_DOUBLE_EQ(large.speed_up.value(), 1.6);
  EXPECT_DOUBLE_EQ(large.speed_up_per_node.value(), 0.8);
  EXPECT_FALSE(large.speed_up_per_accelerator);
  EXPECT_DOUBLE_EQ(group.standings[1].speed_up.value(), 1);
  // All five are the faster ones: 2 of the C(10, 5) ways.
  EXPECT_NEAR(large.against_base->p, 2.0 / 252, 1e-15);
  EXPECT_FALSE(group.standings[1].against_base);
}

TEST(Comparison, FindsTheSystemThatOccursAtTwoSizes) {
  const Comparison comparison = compare(two_sizes(), "");
  const auto& scaling = comparison.groups[0].scaling.families;
  ASSERT_EQ(scaling.size(), 1U);
  EXPECT_EQ(scaling[0].kind, ScalingKind::Weak);  // 8 a node
  EXPECT_DOUBLE_EQ(scaling[0].points[1].efficiency, 0.8);
}

TEST(Comparison, DoesNotTakeOtherHardwareForTheSameSystem) {
  auto sets = two_sizes();
  sets[0].system.texts["host_processor_model_name"] = "POWER9";
  EXPECT_TRUE(compare(sets, "").groups[0].scaling.empty());
  sets = two_sizes();
  sets[0].system.texts["submitter"] = "Elsewhere";
  EXPECT_TRUE(compare(sets, "").groups[0].scaling.empty());
}

TEST(Comparison, JoinsOrganisationsThatShareASystem) {
  auto sets = two_sizes();
  sets[0].set.organisation = "RIKEN";
  sets[0].system.texts["submitter"] = "Fujitsu/RIKEN";
  sets[0].system.texts["host_processor_model_name"] = "a64 fx";
  sets[1].set.organisation = "Fujitsu";
  EXPECT_TRUE(compare(sets, "").groups[0].scaling.empty());
  const auto joined = [](const char* text) { return JoinedOrganisations(std::vector<std::string>{text}); };
  const Comparison comparison = compare(sets, "", joined("RIKEN,Fujitsu=Fugaku"));
  EXPECT_EQ(comparison.groups[0].scaling.families.at(0).points.size(), 2U);
  EXPECT_THAT(names(comparison.groups[0]), ElementsAre("Fujitsu/large", "RIKEN/small"));
  EXPECT_THROW(compare(sets, "", joined("RIKEN,Elsewhere=Fugaku")), InputError);
  for (const char* text : {"", "RIKEN", "RIKEN=Fugaku", "RIKEN,Fujitsu", "RIKEN,Fujitsu=", ",=x", "A,A=x"})
    EXPECT_THROW(joined(text), InputError) << text;
}

TEST(Comparison, SaysWhyASizeHasNoEfficiency) {
  auto sets = two_sizes();
  sets.push_back(compared("largest", "512", {9, 10, 10, 10, 11}, 512));
  std::ostringstream out;
  print(out, compare(sets, ""));
  EXPECT_THAT(out.str(), HasSubstr("weak scaling: batch 8 a unit"));
  EXPECT_THAT(out.str(), HasSubstr("no other size has its global batch of 512 (strong scaling)"));
}

TEST(Comparison, HoldsSystemsAgainstTheOneThatIsNamed) {
  for (const char* name : {"Org/large", "large", "round/Org/results/large/deepcam/"}) {
    const Comparison comparison = compare(two_sizes(), name);
    EXPECT_EQ(comparison.groups[0].base, 0U) << name;
    EXPECT_DOUBLE_EQ(comparison.groups[0].standings[1].speed_up.value(), 0.625);
  }
}

TEST(Comparison, SaysWhichNamesThereAre) {
  try {
    compare(two_sizes(), "medium");
    FAIL() << "there is no such system";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("medium"));
    EXPECT_THAT(error.what(), HasSubstr("Org/large, Org/small"));
  }
}

TEST(Comparison, TellsSystemsOfOneNameApartByTheirDirectories) {
  auto sets = two_sizes();
  sets[0].set.system = "large";
  const Comparison comparison = compare(sets, "");
  EXPECT_THAT(names(comparison.groups[0]),
              ElementsAre("round/Org/results/large/deepcam", "round/Org/results/small/deepcam"));
  EXPECT_THROW(compare(sets, "large"), InputError);
}

TEST(Comparison, GivesPerAcceleratorWhatBothHave) {
  const Comparison comparison = compare(
      {compared("cpu", "64", {50, 50, 50, 50, 50}), compared("gpu", "2", {40, 40, 40, 40, 40}, 2048, "4"),
       compared("gpus", "4", {20, 20, 20, 20, 20}, 2048, "4")},
      "gpu");
  const auto& standings = comparison.groups[0].standings;
  EXPECT_DOUBLE_EQ(standings[0].speed_up_per_accelerator.value(), 1);
  EXPECT_FALSE(standings[2].speed_up_per_accelerator);
  EXPECT_DOUBLE_EQ(standings[2].speed_up_per_node.value(), 0.8 / 32);
}

TEST(Comparison, TakesTheMeanOfConvergedRunsWhereThereIsNoScoreAndSaysSo) {
  const Comparison comparison =
      compare({compared("few", "1", {30, 34}), compared("none", "1", {-10, -10, -10})}, "");
  const ComparedGroup& group = comparison.groups[0];
  EXPECT_THAT(names(group), ElementsAre("Org/few", "Org/none"));
  EXPECT_DOUBLE_EQ(group.standings[0].minutes.value(), 32);
  EXPECT_TRUE(group.standings[0].provisional);
  EXPECT_EQ(group.standings[1].place, 0U);
  EXPECT_FALSE(group.standings[1].rate());
  EXPECT_EQ(group.base, 0U);
  std::ostringstream out;
  print(out, comparison);
  EXPECT_THAT(out.str(), HasSubstr("~32.00"));
  EXPECT_THAT(out.str(), HasSubstr("no score: Org/few: 2 of 5 runs (~: the mean of its converged runs)"));
}

TEST(Comparison, CountsAFailedRunAsSlowerThanAnyOther) {
  const ComparedSet failed = compared("failed", "1", {1, 2, 3, 4, -0.5}),
                    sound = compared("sound", "1", {5, 6, 7, 8, 9});
  EXPECT_DOUBLE_EQ(compare_runs(failed, sound)->u, 5);
}

TEST(Comparison, ListsSettingsThatDifferHoweverTheyAreWritten) {
  auto sets = two_sizes();
  EXPECT_THAT(compare(sets, "").groups[0].hyperparameters[0].values, ElementsAre("2048", "1024"));
  EXPECT_EQ(compare(sets, "").groups[0].hyperparameters.size(), 1U);
  sets[0] = compared("small", "128", {38, 39, 40, 41, 42}, 2048);
  EXPECT_TRUE(compare(sets, "").groups[0].hyperparameters.empty());
}

TEST(Comparison, ListsFieldsOfDescriptionsThatDifferButForNames) {
  auto sets = two_sizes();
  sets[1].system.texts["cooling"] = "water";
  const auto descriptions = compare(sets, "").groups[0].descriptions;
  ASSERT_EQ(descriptions.size(), 2U);
  EXPECT_EQ(descriptions[0].name, "cooling");
  EXPECT_THAT(descriptions[0].values, ElementsAre("water", ""));
  EXPECT_EQ(descriptions[1].name, "number_of_nodes");
}

TEST(Comparison, KeepsBenchmarksAndModesApart) {
  auto sets = two_sizes();
  sets[1].set.mode = ScalingMode::Weak;
  sets[1].score = score(sets[1].set, Round::V3_0);
  const Comparison comparison = compare(sets, "");
  ASSERT_EQ(comparison.groups.size(), 2U);
  EXPECT_EQ(comparison.groups[1].mode, ScalingMode::Weak);
  EXPECT_FALSE(comparison.groups[1].standings[0].minutes);
}

TEST(ComparisonTable, FitsATerminalAndHoldsNoControlCharacter) {
  auto sets = two_sizes();
  sets[0].set.system = std::string(200, 'x') + "\x1b[31m";
  sets[0].system.texts["cooling"] = std::string(300, 'y') + "\x1b\xff";
  std::ostringstream out;
  print(out, compare(sets, ""));
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(out.str(), Not(HasSubstr("\xff")));
}

TEST(ComparisonTable, FitsATerminalWithManySystemsToo) {
  std::vector<ComparedSet> sets;
  for (int i = 0; i < 90; ++i)
    sets.push_back(
        compared(fmt::format("s{}", i), "128", {38, 39, 40, 41, 42.0 + i}, i % 2 == 0 ? 1024 : 2048));
  std::ostringstream out;
  print(out, compare(std::move(sets), ""));
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
}

TEST(ComparisonTable, JoinsNumbersOfLinesThatFollowEachOther) {
  std::vector<ComparedSet> sets;
  for (int i = 0; i < 7; ++i)
    sets.push_back(
        compared(fmt::format("s{}", i), "1", std::vector<double>(5, 10.0 + i), i == 3 ? 1024 : 2048));
  std::ostringstream out;
  print(out, compare(std::move(sets), ""));
  EXPECT_THAT(out.str(), HasSubstr("global_batch_size: 2048 (1-3, 5-7); 1024 (4)"));
}

TEST(ComparisonJson, StandsForASystemByItsMedianRun) {
  const json runs =
      to_json(compare({compared("one", "1", {30, 10, 50, 40, 20})}, ""))["groups"][0]["systems"][0]["runs"];
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(runs[i]["typical"], i == 0) << i;
  const json failed =
      to_json(compare({compared("one", "1", {-30, -60})}, ""))["groups"][0]["systems"][0]["runs"];
  EXPECT_EQ(failed[1]["typical"], true);
}

TEST(ComparisonJson, HasCurvesAndBreakdownsOfRuns) {
  const json report = to_json(compare(two_sizes(), ""));
  const json& group = report["groups"][0];
  EXPECT_EQ(group["metric"], (json{{"key", "eval_accuracy"}, {"target", 0.82}}));
  const json& run = group["systems"][0]["runs"][0];
  EXPECT_EQ(run["evaluations"], (json{{11.5, 7.0, 0.83}}));
  EXPECT_EQ(run["breakdown"]["other_seconds"], 23.0 * 60);
  EXPECT_EQ(group["rank_sum_tests"].size(), 1U);
  EXPECT_EQ(group["scaling"][0]["points"][1]["name"], "Org/large");
}

}  // namespace
}  // namespace tessera
