#include "results/score/reference_convergence.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "results/check/benchmark.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::DoubleNear;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Epochs of a submission with a given mean once the smallest and the largest are dropped.
std::vector<double> epochs(std::size_t runs, double mean) {
  return std::vector<double>(runs, mean);
}

ConvergenceVerdict judge(Round round, const char* benchmark, double batch,
                         const std::vector<double>& needed) {
  return judge_convergence(reference_points(round, benchmark), batch, needed,
                           benchmarks().find(benchmark)->required_runs);
}

TEST(ReferencePoints, AreThoseOfThePublishedFiles) {
  const fs::path published = fs::path(TESSERA_SOURCE_DIR) / "../shared/mlperf-logs/rcps";
  if (!fs::exists(published)) GTEST_SKIP() << "the published files (../shared/mlperf-logs) are not at hand";
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
    for (const char* benchmark : {"cosmoflow", "deepcam", "oc20", "openfold"}) {
      if (!has_benchmark(round, benchmark)) continue;
      std::ifstream in(published / ("hpc_" + std::string(name_of(round)) + ".0") /
                       ("rcps_" + std::string(benchmark) + ".json"));
      const auto file = nlohmann::json::parse(in);
      std::map<double, std::vector<double>> expected, compiled_in;
      for (const auto& record : file)
        expected[record["BS"]] = record["Epochs to converge"].get<std::vector<double>>();
      for (const ReferencePoint& point : reference_points(round, benchmark)) {
        compiled_in[point.batch] = point.epochs;
      }
      EXPECT_EQ(compiled_in, expected) << name_of(round) << " " << benchmark;
    }
  }
}

TEST(ReferencePoints, OfOpenFoldCameWithRound3) {
  EXPECT_TRUE(reference_points(Round::V2_0, "openfold").empty());
  EXPECT_FALSE(reference_points(Round::V3_0, "openfold").empty());
}

TEST(ReferencePoints, AreNoneForOtherBenchmarks) {
  EXPECT_TRUE(reference_points(Round::V3_0, "resnet").empty());
}

// The limits come from scipy 1.10: M + t.ppf(0.05, n1 + n2 - 2) * s * sqrt(1/n1 + 1/n2), with numpy's mean
// and std.
struct Case {
  Round round;
  const char* benchmark;
  double batch, mean, limit;
};
constexpr Case kCases[] = {
    // At a point: n1 = 20 - 2, n2 = 10 - 2, s = 0.5722761571.
    {Round::V1_0, "cosmoflow", 128, 17.88888888888889, 17.47285265383096},
    // Below all that are left: batch 64 (mean 18.278) is slower than 128, and dropped.
    {Round::V1_0, "cosmoflow", 64, 17.88888888888889, 17.47285265383096},
    // Between 128 and 512: M and s a third of the way, n1 = 2 * 10.
    {Round::V1_0, "cosmoflow", 256, 19.537037037037038, 19.05747854642808},
    {Round::V1_0, "cosmoflow", 1024, 40.05555555555556, 38.462811018859696},
    // The later rules have a point at 32, whose lines to 512 lie below those at 64 and 128.
    {Round::V2_0, "cosmoflow", 32, 7.870967741935484, 7.3217055124314285},
    {Round::V2_0, "cosmoflow", 128, 10.863440860215054, 10.270411586714369},
    {Round::V3_0, "cosmoflow", 700, 29.157118055555557, 28.189496554989333},
    // All runs alike: s = 0, L = M.
    {Round::V1_0, "deepcam", 128, 9, 9},
    {Round::V1_0, "deepcam", 192, 9, 9},
    // 512 (mean 11.05) lies above the line from 256 to 1024, and is interpolated.
    {Round::V1_0, "deepcam", 512, 10.333333333333334, 10.157101941530453},
    {Round::V2_0, "deepcam", 2048, 22.625, 21.11013797986557},
    {Round::V3_0, "deepcam", 192, 7.376984126984127, 6.692104091662536},
    {Round::V1_0, "oc20", 256, 19.75, 18.19996236753383},
    {Round::V1_0, "oc20", 512, 21.291666666666668, 19.882870288884174},
    {Round::V2_0, "oc20", 2048, 32.875, 31.627786997022515},
    {Round::V3_0, "oc20", 300, 20.014973958333332, 18.550058781267946},
    // Its epochs are counted in samples.
    {Round::V3_0, "openfold", 128, 88746.66666666667, 82378.06746254358},
    {Round::V3_0, "openfold", 200, 113706.66666666667, 105458.1371001124},
    {Round::V3_0, "openfold", 256, 133120.0, 123132.38680189323},
};

TEST(ReferenceConvergence, HasTheLimitOfAPooledStudentTest) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(testing::Message() << name_of(c.round) << " " << c.benchmark << " " << c.batch);
    const std::size_t runs = benchmarks().find(c.benchmark)->required_runs;
    const auto just = judge(c.round, c.benchmark, c.batch, epochs(runs, c.limit + 1e-8));
    EXPECT_EQ(just.outcome, ConvergenceVerdict::Pass);
    EXPECT_THAT(just.limit.value(), DoubleNear(c.limit, 5e-9));
    EXPECT_THAT(just.factor.value(), DoubleNear(c.mean / c.limit, 1e-8));
    const auto fast = judge(c.round, c.benchmark, c.batch, epochs(runs, c.limit - 1e-8));
    EXPECT_EQ(fast.outcome, ConvergenceVerdict::TooFast);
  }
}

TEST(ReferenceConvergence, NeedsNoFactorForMoreEpochsThanTheReference) {
  EXPECT_EQ(judge(Round::V3_0, "deepcam", 2048, epochs(5, 30)).factor, 1.0);
}

TEST(ReferenceConvergence, DropsTheSmallestAndTheLargestOfTheSubmission) {
  const auto verdict = judge(Round::V1_0, "deepcam", 256, {1, 10, 11, 12, kInfinity});
  EXPECT_EQ(verdict.mean_epochs, 11.0);
  EXPECT_EQ(verdict.outcome, ConvergenceVerdict::Pass);
}

TEST(ReferenceConvergence, IsInsufficientWhereTwoRunsDidNotConverge) {
  const auto verdict = judge(Round::V1_0, "deepcam", 8192, {10, 10, 10, kInfinity, kInfinity});
  EXPECT_EQ(verdict.outcome, ConvergenceVerdict::InsufficientConvergence);
  EXPECT_FALSE(verdict.mean_epochs || verdict.limit || verdict.factor);
}

TEST(ReferenceConvergence, HasNoPointAboveTheLargestBatch) {
  const auto verdict = judge(Round::V3_0, "cosmoflow", 1025, epochs(10, 100));
  EXPECT_EQ(verdict.outcome, ConvergenceVerdict::MissingPoint);
  EXPECT_FALSE(verdict.passes());
}

/// A point whose mean without extremes is given.
ReferencePoint point(double batch, double mean) {
  return {batch, std::vector<double>(5, mean)};
}

std::vector<double> batches_left(const std::vector<ReferencePoint>& points) {
  std::vector<double> left;
  for (const ConvergenceCurvePoint& p : convergence_curve(points)) left.push_back(p.batch);
  return left;
}

TEST(ConvergenceCurve, DropsBatchesSmallerThanTheFastest) {
  EXPECT_THAT(batches_left({point(1, 9), point(2, 8), point(4, 10)}), testing::ElementsAre(2, 4));
}

TEST(ConvergenceCurve, DropsPointsAboveTheLineBetweenTheirNeighboursInOnePass) {
  // 2 lies above the line from 1 to 3 (3.5), then 3 above that from 1 to 4.
  EXPECT_THAT(batches_left({point(1, 1), point(2, 5), point(3, 6), point(4, 6)}), testing::ElementsAre(1, 4));
  // On the line is not above it.
  EXPECT_THAT(batches_left({point(1, 1), point(2, 2), point(3, 3)}), testing::ElementsAre(1, 2, 3));
  // 2 stays, as the line from 1 to 3 passes at 5; once 3 has gone it would lie above that from 1 to 4, but
  // isn't looked at again.
  EXPECT_THAT(batches_left({point(1, 1), point(2, 4.5), point(3, 9), point(4, 4)}),
              testing::ElementsAre(1, 2, 4));
}

TEST(ConvergenceCurve, TakesThePopulationDeviationOfAllRuns) {
  // 1, 2, 3, 4, 10: mean 4, squares 9 + 4 + 1 + 0 + 36 = 50; without 1 and 10 the mean is 3.
  const auto curve = convergence_curve(std::vector<ReferencePoint>{{1, {10, 1, 2, 3, 4}}});
  ASSERT_EQ(curve.size(), 1U);
  EXPECT_EQ(curve[0].mean, 3.0);
  EXPECT_DOUBLE_EQ(curve[0].deviation, std::sqrt(10.0));
  EXPECT_EQ(curve[0].runs, 3.0);
}

}  // namespace
}  // namespace tessera
