#include "harness/bench/result_page.hpp"

#include <gmock/gmock.h>

#include "harness/bench/point_report.hpp"
#include "results/study/point_rates.hpp"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Two ranks of two threads: 4 cores of 1 Gflop/s each. 10 samples a step, of 10 Mflop each.
Study four_cores() {
  Study study;
  study.benchmark = "cosmoflow";
  study.element = "float32";
  study.version = "0.1.0";
  study.steps = 20;
  study.repeats = 3;
  study.peak_flop_a_core = 1e9;
  study.peak_source = kMeasuredPeak;
  study.points.resize(1);
  study.points[0].layout = {.ranks = 2, .threads = 2, .depth = 2, .global_batch = 10, .extents = {8, 8, 8}};
  study.points[0].measurement = StudyMeasurement{.step_seconds = {0.5, 0.04, 0.05},
                                                 .ranks = {{}, {}},
                                                 .training_flop_a_sample = 1e7,
                                                 .peak_memory_bytes = {1, 1}};
  return study;
}

TEST(ResultPage, SaysFlopRateShareOfThePeakAndThroughputOfTheMedianStep) {
  const Study study = four_cores();
  const StudyPoint& point = study.points[0];
  EXPECT_DOUBLE_EQ(step_seconds(point), 0.05);
  EXPECT_DOUBLE_EQ(samples_per_second(point), 200);
  EXPECT_DOUBLE_EQ(sustained_flop_per_second(point), 2e9);
  EXPECT_DOUBLE_EQ(share_of_peak(study, point).value(), 0.5);
  const std::string page = result_page(study, point);
  EXPECT_THAT(page, AllOf(HasSubstr("2 Gflop/s"), HasSubstr("50 %"), HasSubstr("of 4 Gflop/s, measured"),
                          HasSubstr("200 samples/s"), HasSubstr("2 ranks: 1 replica of 2x1 parts"),
                          HasSubstr("none was asked for")));
}

TEST(ResultPage, HasNoFigureWhereTheVerificationFailed) {
  Study study = four_cores();
  StudyPoint& point = study.points[0];
  point.measurement->verification = {{.loss_residual = 0.5, .gradient_residual = 17, .bound = 16}};
  const std::string page = result_page(study, point);
  EXPECT_THAT(page, AllOf(HasSubstr("FAILED"), HasSubstr("no figures"), Not(HasSubstr("samples/s")),
                          Not(HasSubstr("flop/s"))));
  const std::vector<FigureOfMerit> figures = figures_of(study, point);
  ASSERT_EQ(figures.size(), 1U);
  EXPECT_EQ(to_string(figures), "FOM verification_residual = 17 x\n");
  point.measurement->verification->gradient_residual = 1;
  EXPECT_THAT(result_page(study, point), AllOf(HasSubstr("PASSED"), HasSubstr("200 samples/s")));
}

TEST(ResultPage, SaysWhoseFileThePeakIsOfAndHowItCanBePassed) {
  Study study = four_cores();
  study.peak_source = "machine file of here";
  EXPECT_THAT(result_page(study, study.points[0]),
              AllOf(HasSubstr("by the machine file of here"), Not(HasSubstr("more than the peak"))));
  study.peak_flop_a_core = 4e8;
  EXPECT_THAT(result_page(study, study.points[0]),
              AllOf(HasSubstr("125 %"), HasSubstr("more than the peak")));
}

TEST(ResultPage, SaysThatAPeakIsUnknown) {
  Study study = four_cores();
  study.peak_flop_a_core.reset();
  EXPECT_THAT(result_page(study, study.points[0]), HasSubstr("unknown"));
  for (const FigureOfMerit& figure : figures_of(study, study.points[0]))
    EXPECT_NE(figure.name, "share_of_peak");
}

TEST(ResultPage, SaysHowATrainingEnded) {
  Study study = four_cores();
  study.points[0].measurement->solution = {{.seconds = 61, .epochs = 9, .reached = true}};
  EXPECT_THAT(result_page(study, study.points[0]), HasSubstr("after 9 epochs"));
  study.points[0].measurement->solution->reached = false;
  EXPECT_THAT(result_page(study, study.points[0]), HasSubstr("none: the target wasn't reached"));
}

}  // namespace
}  // namespace tessera
