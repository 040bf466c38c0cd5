#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <set>

#include "results/study/extra_p.hpp"
#include "results/study/sample_study.hpp"
#include "results/study/study_files.hpp"
#include "results/study/talp_pages.hpp"

namespace tessera {
namespace {

using rapidjson::Document, rapidjson::Value;
using testing::ElementsAre;

/// The text of a file as another JSON library reads it.
Document read(const ExportFile& file) {
  Document document;
  document.Parse(file.json.dump().c_str());
  EXPECT_FALSE(document.HasParseError()) << file.path;
  return document;
}

std::vector<std::string> paths_of(const std::vector<ExportFile>& files) {
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const ExportFile& file : files) paths.push_back(file.path);
  return paths;
}

std::vector<double> numbers(const Value& array) {
  std::vector<double> all;
  for (const Value& number : array.GetArray()) all.push_back(number.GetDouble());
  return all;
}

/// What Extra-P's reader makes of a file: values by coordinates, of each call path and metric. It refuses
/// files whose points have another number of coordinates than parameters, and metrics that lack some of the
/// points.
using Experiment =
    std::map<std::pair<std::string, std::string>, std::map<std::vector<double>, std::vector<double>>>;

Experiment experiment_in(const Document& document) {
  Experiment experiment;
  std::set<std::vector<double>> coordinates;
  for (const auto& call_path : document["measurements"].GetObject()) {
    for (const auto& metric : call_path.value.GetObject()) {
      auto& values = experiment[{call_path.name.GetString(), metric.name.GetString()}];
      for (const Value& measurement : metric.value.GetArray()) {
        const std::vector<double> point = numbers(measurement["point"]);
        EXPECT_EQ(point.size(), document["parameters"].Size());
        EXPECT_TRUE(values.emplace(point, numbers(measurement["values"])).second) << "a point occurs twice";
        coordinates.insert(point);
      }
    }
  }
  for (const auto& [key, values] : experiment) EXPECT_EQ(values.size(), coordinates.size()) << key.first;
  return experiment;
}

TEST(ExtraP, HasAFileForEachFamilyAndSplitWithMeasuredPoints) {
  EXPECT_THAT(paths_of(extra_p_files(sample_scaling_study())),
              ElementsAre("strong_4_32x32x32_whole.json", "strong_4_32x32x32_2x1.json",
                          "weak_rank_2_32x32x32_whole.json"));
}

TEST(ExtraP, IsReadWithItsRepeatsByAnotherReader) {
  const Document weak = read(extra_p_files(sample_scaling_study()).back());
  ASSERT_EQ(weak["parameters"].Size(), 1U);
  EXPECT_STREQ(weak["parameters"][0].GetString(), "ranks");
  Experiment experiment = experiment_in(weak);
  EXPECT_THAT((experiment[{"step", "time"}].at({1})), ElementsAre(0.5, 0.625, 0.375));
  EXPECT_THAT((experiment[{"step", "time"}].at({2})), ElementsAre(0.625, 0.78125, 0.46875));
  EXPECT_THAT((experiment[{"step->compute", "time"}].at({2})), ElementsAre(0.5));
  EXPECT_THAT((experiment[{"step->exposed reduction", "time"}].at({2})), ElementsAre(0.125));
  EXPECT_THAT((experiment[{"step", "peak memory"}].at({2})), ElementsAre(64 << 20, 64 << 20));
  EXPECT_EQ(experiment.size(), 7U);
}

TEST(ExtraP, TakesThreadsAsAParameterWhereTheyVary) {
  const Document whole = read(extra_p_files(sample_scaling_study()).front());
  ASSERT_EQ(whole["parameters"].Size(), 2U);
  EXPECT_STREQ(whole["parameters"][1].GetString(), "threads");
  Experiment experiment = experiment_in(whole);
  EXPECT_EQ((experiment[{"step", "time"}].at({1, 2})).front(), 0.5);
  EXPECT_EQ((experiment[{"step", "time"}].at({4, 1})).front(), 0.3125);
}

TEST(TalpPages, HasAFolderForEachFamilyAndSplitAndAFileForEachSize) {
  EXPECT_THAT(paths_of(talp_pages_files(sample_scaling_study(), "2024-01-01T00:00:00")),
              ElementsAre("strong_4_32x32x32_whole/talp_1x1.json", "strong_4_32x32x32_whole/talp_1x2.json",
                          "strong_4_32x32x32_whole/talp_2x1.json", "strong_4_32x32x32_whole/talp_4x1.json",
                          "strong_4_32x32x32_2x1/talp_2x1.json", "weak_rank_2_32x32x32_whole/talp_1x1.json",
                          "weak_rank_2_32x32x32_whole/talp_2x1.json"));
}

TEST(TalpPages, HasTheEfficienciesThatTalpMakesOfItsTimes) {
  for (const ExportFile& file : talp_pages_files(sample_scaling_study(), "2024-01-01T00:00:00")) {
    SCOPED_TRACE(file.path);
    const Document document = read(file);
    EXPECT_STREQ(document["dlbVersion"].GetString(), "3.5");
    EXPECT_STREQ(document["timestamp"].GetString(), "2024-01-01T00:00:00");
    const Value& region = document["Application"]["Global"];
    EXPECT_EQ(document["resources"]["numCpus"].GetInt(), region["numCpus"].GetInt());
    EXPECT_EQ(document["resources"]["numMpiRanks"].GetInt(), region["numMpiRanks"].GetInt());
    const double cpus = region["numCpus"].GetInt(), elapsed = region["elapsedTime"].GetInt64(),
                 useful = region["usefulTime"].GetInt64(), mpi = region["mpiTime"].GetInt64(),
                 least = region["minMpiNormdProc"].GetInt64();
    // Here the steps of all ranks take as long, so that active time is all time.
    EXPECT_NEAR(region["parallelEfficiency"].GetDouble(), useful / (cpus * elapsed), 1e-8);
    EXPECT_NEAR(region["mpiParallelEfficiency"].GetDouble(), useful / (useful + mpi), 1e-8);
    EXPECT_NEAR(region["ompParallelEfficiency"].GetDouble(), (useful + mpi) / (cpus * elapsed), 1e-8);
    EXPECT_NEAR(region["mpiCommunicationEfficiency"].GetDouble(), (elapsed - least) / elapsed, 1e-8);
    EXPECT_NEAR(region["mpiLoadBalance"].GetDouble(), (elapsed - mpi / cpus) / (elapsed - least), 1e-8);
  }
}

TEST(TalpPages, SaysNullAndNeverOneOfWhatItCannotSee) {
  const auto files = talp_pages_files(sample_scaling_study(), "2024-01-01T00:00:00");
  const Document hybrid = read(files[1]), nodes = read(files[3]), ranks = read(files[2]);
  EXPECT_TRUE(hybrid["Application"]["Global"]["ompLoadBalance"].IsNull());
  EXPECT_TRUE(hybrid["Application"]["Global"]["ompSerializationTime"].IsNull());
  EXPECT_TRUE(nodes["Application"]["Global"]["mpiLoadBalanceOut"].IsNull());
  EXPECT_EQ(ranks["Application"]["Global"]["ompLoadBalance"].GetDouble(), 1);
}

TEST(StudyFiles, AreTheCsvAndTheExportsBelowFoldersOfTheirOwn) {
  const auto files = study_files(sample_scaling_study(), "2024-01-01T00:00:00");
  ASSERT_EQ(files.size(), 1U + 3 + 7);
  EXPECT_EQ(files[0].path, "study.csv");
  EXPECT_EQ(files[1].path, "extra_p/strong_4_32x32x32_whole.json");
  EXPECT_EQ(files.back().path, "talp/weak_rank_2_32x32x32_whole/talp_2x1.json");
  for (const StudyFile& file : files) EXPECT_TRUE(file.text.ends_with('\n')) << file.path;
}

}  // namespace
}  // namespace tessera
