#include "harness/energy/run_meter.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/energy/sample_sysfs.hpp"
#include "results/check/power_log.hpp"
#include "support/mpi_world.hpp"

namespace tessera {
namespace {

using ::testing::HasSubstr;
using testing::world;

/// All ranks on one node, or each on one of its own, whose counters are its own.
class RunMeterTest : public ::testing::TestWithParam<bool> {
 protected:
  RunMeterTest() { setenv("TESSERA_NODE", std::to_string(nodes() > 1 ? world().rank() : 0).c_str(), 1); }
  ~RunMeterTest() override { unsetenv("TESSERA_NODE"); }

  static int nodes() { return GetParam() ? world().size() : 1; }
  EnergyRequest request() const { return {.by = "auto", .root = sysfs.root}; }

  /// The report of a run in which each counter counts `joules`.
  nlohmann::json measure(RunMeter& meter, std::uint64_t joules) {
    meter.start();
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    sysfs.set_node(joules);
    world().barrier();
    meter.stop();
    return meter.report([this](int node, const std::string& text) { logs[node] = text; }, warnings);
  }

  SampleSysfs sysfs;
  std::map<int, std::string> logs;
  std::vector<std::string> warnings;
};
INSTANTIATE_TEST_SUITE_P(Nodes, RunMeterTest, ::testing::Bool());

TEST_P(RunMeterTest, ReadsEachNodeOnce) {
  sysfs.set_node(0);
  const ProcessGrid grid(world(), {.replicas = world().size()});
  RunMeter meter(grid, request());
  if (world().rank() == 0) {
    EXPECT_EQ(meter.line(), "energy: measured by Cray pm_counters");
  }
  const nlohmann::json energy = measure(meter, 50);
  if (world().rank() != 0) {
    EXPECT_TRUE(energy.is_null());
    EXPECT_TRUE(logs.empty());
    return;
  }
  EXPECT_NEAR(energy.at("joules").get<double>(), 50 * nodes(), 1e-6);
  EXPECT_EQ(energy.at("covers"), nullptr);
  EXPECT_EQ(energy.at("nodes"), nodes());
  EXPECT_EQ(logs.size(), static_cast<std::size_t>(nodes()));
}

TEST_P(RunMeterTest, WritesPowerLogsThatScoreTheSameEnergy) {
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  const ProcessGrid grid(world(), {.replicas = world().size()});
  RunMeter meter(grid, request());
  meter.start();
  sysfs.set("intel-rapl:0", 5'000'000);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  meter.stop();
  const auto energy =
      meter.report([this](int node, const std::string& text) { logs[node] = text; }, warnings);
  if (world().rank() != 0) return;
  EXPECT_THAT(meter.line(), HasSubstr("of processor packages alone, so that it has no official score"));
  std::ofstream(sysfs.root / "node_0.txt") << logs.at(0);
  const PowerLog log = read_power_log(sysfs.root / "node_0.txt");
  EXPECT_EQ(log.covers, "processor packages");
  EXPECT_FALSE(log.bad_value);
  EXPECT_NEAR(node_joules(log, (*log.end_ms() - *log.start_ms) / 1000).value(), 5, 1e-6);
  EXPECT_NEAR(energy.at("joules").get<double>(), 5 * nodes(), 1e-6);
}

TEST_P(RunMeterTest, SaysWhyThereIsNoneAndLetsTheRunGoOn) {
  const ProcessGrid grid(world(), {.replicas = world().size()});
  RunMeter meter(grid, request());
  if (world().rank() == 0) {
    EXPECT_THAT(meter.line(), HasSubstr("energy isn't measured: there are neither"));
  }
  EXPECT_TRUE(measure(meter, 50).is_null());
  EXPECT_TRUE(logs.empty());
}

TEST_P(RunMeterTest, SaysWhichCounterMayNotBeRead) {
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  sysfs.make_unreadable("intel-rapl:0");
  const ProcessGrid grid(world(), {.replicas = world().size()});
  const RunMeter meter(grid, request());
  if (world().rank() == 0) {
    EXPECT_THAT(meter.line(), HasSubstr("intel-rapl:0/energy_uj): have it made readable"));
  }
}

TEST_P(RunMeterTest, MeasuresNothingWhereNodesHaveDifferentMeters) {
  if (nodes() == 1) return;
  world().rank() == 0 ? sysfs.set_node(0) : sysfs.add_zone("intel-rapl:0", "package-0", 0);
  const ProcessGrid grid(world(), {.replicas = world().size()});
  RunMeter meter(grid, request());
  EXPECT_THAT(meter.line(), HasSubstr("different meters"));
  EXPECT_TRUE(measure(meter, 50).is_null());
}

TEST_P(RunMeterTest, WarnsOfACommandWithoutAReading) {
  const ProcessGrid grid(world(), {.replicas = world().size()});
  RunMeter meter(grid, {.by = "exit 3", .root = ""});
  EXPECT_TRUE(measure(meter, 50).is_null());
  if (world().rank() == 0) {
    EXPECT_THAT(warnings.back(), HasSubstr("node 0 has no reading"));
  }
}

}  // namespace
}  // namespace tessera
