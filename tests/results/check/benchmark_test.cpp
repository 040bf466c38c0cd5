#include "results/check/benchmark.hpp"

#include <gtest/gtest.h>

#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

TEST(Benchmarks, AreKnownFromTheirFirstRoundOn) {
  for (const char* name : {"cosmoflow", "deepcam", "oc20"}) EXPECT_TRUE(has_benchmark(Round::V1_0, name));
  EXPECT_FALSE(has_benchmark(Round::V2_0, "openfold"));
  EXPECT_TRUE(has_benchmark(Round::V3_0, "openfold"));
  EXPECT_FALSE(has_benchmark(Round::V3_0, "resnet"));
}

TEST(Benchmarks, AskForAsManyRunsAsTheRulesDo) {
  EXPECT_EQ(benchmarks().find("cosmoflow")->required_runs, 10U);
  EXPECT_EQ(benchmarks().find("deepcam")->required_runs, 5U);
  EXPECT_EQ(benchmarks().find("oc20")->required_runs, 5U);
  EXPECT_EQ(benchmarks().find("openfold")->required_runs, 10U);
}

TEST(Benchmarks, ReachTheirTargetsFromTheBetterSide) {
  for (const Benchmark* benchmark : benchmarks().all()) {
    if (benchmark->rules == nullptr) continue;
    const auto& [each, reached, better, target] = benchmark->rules->target;
    const double sign = better == Better::Lower ? 1 : -1;
    EXPECT_TRUE(reached.holds(target)) << benchmark->name;
    EXPECT_TRUE(reached.holds(target - sign * 0.01)) << benchmark->name;
    EXPECT_FALSE(reached.holds(target + sign * 0.01)) << benchmark->name;
  }
}

TEST(Registry, RefusesTwoOfOneName) {
  const Benchmark one{.name = "one"}, other{.name = "other"}, again{.name = "one"};
  Registry<Benchmark> registry({&one});
  registry.add(other);
  EXPECT_EQ(registry.find("other"), &other);
  EXPECT_THROW(registry.add(again), std::logic_error);
  EXPECT_EQ(registry.all().size(), 2U);
}

}  // namespace
}  // namespace tessera
