#include "harness/study/point_result.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tessera {
namespace {

nlohmann::json report_of_two_ranks() {
  const auto rank = [](double step) {
    return nlohmann::json{{"step", step},
                          {"compute", step / 2},
                          {"exposed_exchange", 0.1},
                          {"exposed_reduction", 0.05},
                          {"exposed_input", 0},
                          {"peak_memory_bytes", 1000}};
  };
  return {{"benchmark", "cosmoflow"},
          {"configuration",
           {{"compute", {{"element", "float32"}}},
            {"mlperf", {{"platform", "two cores"}}},
            {"data", {{"sample_shape", {16, 16, 16, 4}}}}}},
          {"versions", {{"mpi", "MPICH 4"}, {"onednn", "2.6.3"}, {"tessera", "0.1.0"}}},
          {"system", {{"processor", {{"model", "a processor"}}}}},
          {"ranks", 2},
          {"threads", {{"a_rank", 3}}},
          {"split", {{"depth", 2}, {"height", 1}, {"width", 1}}},
          {"batch", {{"global", 16}}},
          {"ranks_a_step", {rank(0.5), rank(0.75)}},
          {"nodes", 1},
          {"training_flop_a_sample", 1e9},
          {"steps", 100},
          {"interruptions", 0},
          {"energy", {{"joules", 250.0}}},
          {"seconds", {{"run", 60.5}}},
          {"epochs", {{{"epoch", 1}}, {{"epoch", 2}}}},
          {"status", "success"}};
}

TEST(PointResult, OfARunIsItsMeanStepOfTheSlowestRankAndItsTimeToSolution) {
  const Study study = study_of_run(report_of_two_ranks());
  const StudyPoint& point = study.points.at(0);
  EXPECT_EQ(study.processor, "a processor");
  EXPECT_EQ(study.library, "oneDNN 2.6.3");
  EXPECT_EQ(point.layout,
            (StudyLayout{.ranks = 2, .threads = 3, .depth = 2, .global_batch = 16, .extents = {16, 16, 16}}));
  const StudyMeasurement& measured = *point.measurement;
  EXPECT_EQ(measured.step_seconds, std::vector{0.75});
  EXPECT_EQ(measured.ranks.at(0).compute, 0.25);
  EXPECT_EQ(measured.joules_a_step, 2.5);
  EXPECT_EQ(measured.solution, (StudyMeasurement::Solution{60.5, 2, true}));
  EXPECT_EQ(measured.input, StudyInput::DataSet);
}

TEST(PointResult, HasNoEnergyOfARunThatWasMeteredInItsLastPartAlone) {
  nlohmann::json report = report_of_two_ranks();
  report["interruptions"] = 1;
  EXPECT_EQ(study_of_run(report).points.at(0).measurement->joules_a_step, std::nullopt);
}

TEST(PointResult, KnowsTheExtentsOfSamplesWithoutAnAxisOfChannels) {
  nlohmann::json report = report_of_two_ranks();
  report["configuration"]["data"]["sample_shape"] = {28, 24};
  EXPECT_EQ(study_of_run(report).points.at(0).layout.extents, (std::vector<std::int64_t>{28, 24}));
}

TEST(PointResult, IsNoneWhereAKeyIsMissing) {
  nlohmann::json report = report_of_two_ranks();
  report.erase("ranks_a_step");
  EXPECT_THROW(study_of_run(report), nlohmann::json::exception);
}

}  // namespace
}  // namespace tessera
