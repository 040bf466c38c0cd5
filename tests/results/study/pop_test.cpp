#include "results/study/pop.hpp"

#include <gtest/gtest.h>

#include "results/study/point_figures.hpp"
#include "results/study/sample_study.hpp"

namespace tessera {
namespace {

// Two ranks, useful for 0.5 s and 0.375 s of a step of 0.625 s, which would take 0.5625 s on an ideal
// network.
TEST(PopEfficiencies, AreThoseOfAHandComputedExample) {
  const StudyPoint point = sample_scaling_study().points[1];
  const auto pop = pop_efficiencies(*point.measurement);
  ASSERT_TRUE(pop);
  EXPECT_DOUBLE_EQ(pop->load_balance, 0.4375 / 0.5);
  EXPECT_DOUBLE_EQ(pop->communication, 0.5 / 0.625);
  EXPECT_DOUBLE_EQ(*pop->serialisation, 0.5 / 0.5625);
  EXPECT_DOUBLE_EQ(*pop->transfer, 0.5625 / 0.625);
  EXPECT_DOUBLE_EQ(pop->parallel, 0.7);
  EXPECT_DOUBLE_EQ(pop->parallel, pop->load_balance * *pop->serialisation * *pop->transfer);
}

TEST(PopEfficiencies, DoNotInventWhatWasNotObserved) {
  StudyMeasurement measured = waiting_for_sums(1, {0.5});
  EXPECT_FALSE(pop_efficiencies(measured)->serialisation);
  EXPECT_FALSE(pop_efficiencies(measured)->transfer);
  measured.ranks.clear();
  EXPECT_FALSE(pop_efficiencies(measured));
}

TEST(PopEfficiencies, CountWaitsForHalosSumsAndSamplesAloneAsLost) {
  const RankSeconds rank{.step = 1,
                         .compute = 0.5,
                         .exposed_exchange = 0.125,
                         .exposed_reduction = 0.0625,
                         .exposed_input = 0.25};
  EXPECT_DOUBLE_EQ(waiting_seconds(rank), 0.4375);
  EXPECT_DOUBLE_EQ(useful_seconds(rank), 0.5625);  // the rest is bookkeeping, of use as POP counts
}

TEST(ComputationScaling, IsTheRatioOfTotalUsefulTimesOfStrongScaling) {
  const Study study = sample_scaling_study();
  EXPECT_DOUBLE_EQ(*computation_scaling(study.points[1], study.points[0]), 1 / 0.875);
  // One rank of two threads: 2 cores for 0.45 s outside waits.
  EXPECT_DOUBLE_EQ(*computation_scaling(study.points[6], study.points[0]), 1 / 0.9);
}

TEST(ComputationScaling, IsThatOfARankOfWeakScaling) {
  Study study = sample_scaling_study();
  for (RankSeconds& rank : study.points[8].measurement->ranks)
    rank.exposed_reduction -= 0.0625;  // useful: 0.5625
  EXPECT_DOUBLE_EQ(*computation_scaling(study.points[8], study.points[7]), 0.5 / 0.5625);
}

// Where every repeat takes as long as the slowest rank's mean step, as here.
TEST(GlobalEfficiency, OverThatOfTheBaseIsTheEfficiencyThatTimesGive) {
  const auto figures = figures_of(sample_scaling_study());
  for (const std::size_t i : {1U, 2U, 3U, 6U})
    EXPECT_NEAR(*figures[i]->global_efficiency() / figures[0]->pop->parallel, figures[i]->scaling.efficiency,
                1e-12);
}

// Two processes of two threads for 10 s: 24 s useful, of MPI 3 s and 1 s, and the threads idle for the rest.
// Written out from the formulas of DLB's perf_metrics.c (hybrid model, version 1):
//   parallel = 24 / 40; mpi = 24 / (24 + 4); omp = (24 + 4) / 40;
//   MPI a CPU: all 4 / 4 = 1, least 1 / 2 = 0.5; communication = (10 - 0.5) / 10; balance = (10 - 1) / (10 -
//   0.5).
TEST(HybridEfficiencies, AreThoseOfTheFormulasOfTalp) {
  const HybridEfficiencies hybrid = hybrid_efficiencies(
      {.cpus = 4, .elapsed = 10, .useful = 24, .mpi = 4, .omp = 12, .least_mpi_a_cpu = 0.5});
  EXPECT_DOUBLE_EQ(hybrid.parallel, 0.6);
  EXPECT_DOUBLE_EQ(hybrid.mpi, 6.0 / 7);
  EXPECT_DOUBLE_EQ(hybrid.omp, 0.7);
  EXPECT_DOUBLE_EQ(hybrid.mpi_communication, 0.95);
  EXPECT_DOUBLE_EQ(hybrid.mpi_load_balance, 9 / 9.5);
  EXPECT_DOUBLE_EQ(hybrid.parallel, hybrid.mpi * hybrid.omp);
}

TEST(HybridEfficiencies, OfOneThreadAreThoseOfProcesses) {
  const StudyPoint point = sample_scaling_study().points[1];
  const HybridEfficiencies hybrid = hybrid_efficiencies(*talp_times(point.layout, *point.measurement));
  const PopEfficiencies pop = *pop_efficiencies(*point.measurement);
  EXPECT_DOUBLE_EQ(hybrid.parallel, pop.parallel);
  EXPECT_DOUBLE_EQ(hybrid.mpi_communication, pop.communication);
  EXPECT_DOUBLE_EQ(hybrid.mpi_load_balance, pop.load_balance);
  EXPECT_DOUBLE_EQ(hybrid.omp, 1);
}

TEST(TalpTimes, DivideTheTimeOfAllThreads) {
  const StudyPoint point = sample_scaling_study().points[6];
  const auto times = talp_times(point.layout, *point.measurement);
  ASSERT_TRUE(times);
  EXPECT_EQ(times->cpus, 2);
  EXPECT_DOUBLE_EQ(times->useful, 0.65);  // 0.6 s of CPU time and 0.05 s of bookkeeping
  EXPECT_DOUBLE_EQ(times->mpi, 0.05);
  EXPECT_DOUBLE_EQ(times->omp, 0.3);  // of 2 x 0.5 s
  EXPECT_DOUBLE_EQ(times->least_mpi_a_cpu, 0.025);
}

TEST(TalpTimes, OfThreadsWhoseCpuTimeWasNotMeasuredAreNone) {
  StudyPoint point = sample_scaling_study().points[6];
  point.measurement->ranks[0].compute_cpu = 0;
  EXPECT_FALSE(talp_times(point.layout, *point.measurement));
}

TEST(TalpTimes, CountNoMoreThanTheThreadsOfARank) {
  StudyPoint point = sample_scaling_study().points[6];
  point.measurement->ranks[0].compute_cpu = 5;  // of threads that read samples, too
  EXPECT_DOUBLE_EQ(talp_times(point.layout, *point.measurement)->useful, 0.85);
}

}  // namespace
}  // namespace tessera
