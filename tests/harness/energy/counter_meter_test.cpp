#include "harness/energy/counter_meter.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "harness/energy/power_recorder.hpp"
#include "harness/energy/sample_sysfs.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Watts that a meter reads a second after it started, when `change` has happened.
template <class Change>
double watts_after(const SampleSysfs& sysfs, const Change& change) {
  const auto meter = find_counter_meter(sysfs.root);
  meter->start(Milliseconds(1000));
  change();
  std::vector<MeterReading> readings;
  meter->read(Milliseconds(2000), readings);
  EXPECT_EQ(readings.size(), 1U);
  return readings.empty() ? 0 : readings[0].watts;
}

TEST(EnergyCounter, GoesOnAfterItsWrap) {
  EXPECT_EQ(counted(100, 350, 1000), 250U);
  EXPECT_EQ(counted(900, 50, 1000), 150U);
  EXPECT_EQ(counted(100, 100, 1000), 0U);
  EXPECT_EQ(counted(100, 50, 0), std::nullopt);
}

TEST(CounterMeter, IsNoneWhereThereAreNoCounters) {
  const SampleSysfs sysfs;
  EXPECT_EQ(find_counter_meter(sysfs.root), nullptr);
  EXPECT_EQ(find_counter_meter(sysfs.root / "nowhere"), nullptr);
}

TEST(CounterMeter, AddsThePackagesOfTwoSocketsWithTheirMemory) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 1'000'000);
  sysfs.add_zone("intel-rapl:0:0", "core", 0);
  sysfs.add_zone("intel-rapl:0:1", "dram", 5'000'000);
  sysfs.add_zone("intel-rapl:1", "package-1", 2'000'000);
  sysfs.add_zone("intel-rapl:1:0", "dram", 0);
  const double watts = watts_after(sysfs, [&] {
    sysfs.set("intel-rapl:0", 101'000'000);
    sysfs.set("intel-rapl:0:0", 90'000'000);
    sysfs.set("intel-rapl:0:1", 15'000'000);
    sysfs.set("intel-rapl:1", 52'000'000);
    sysfs.set("intel-rapl:1:0", 3'000'000);
  });
  EXPECT_DOUBLE_EQ(watts, 100 + 10 + 50 + 3);
  EXPECT_EQ(find_counter_meter(sysfs.root)->kind(), MeterKind::RaplPackagesAndMemory);
}

TEST(CounterMeter, SaysPackagesAloneWhereOneHasNoCounterOfItsMemory) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  sysfs.add_zone("intel-rapl:0:0", "dram", 0);
  sysfs.add_zone("intel-rapl:1", "package-1", 0);
  EXPECT_DOUBLE_EQ(watts_after(sysfs,
                               [&] {
                                 sysfs.set("intel-rapl:0", 7'000'000);
                                 sysfs.set("intel-rapl:0:0", 1'000'000);
                               }),
                   7);
  EXPECT_STREQ(covered_by(find_counter_meter(sysfs.root)->kind()), "processor packages");
}

// psys holds the package, and intel-rapl-mmio is the same package once more.
TEST(CounterMeter, NeverAddsAPackageTwice) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  sysfs.add_zone("intel-rapl:1", "psys", 0);
  sysfs.add_zone("intel-rapl-mmio:0", "package-0", 0);
  EXPECT_DOUBLE_EQ(watts_after(sysfs,
                               [&] {
                                 sysfs.set("intel-rapl:0", 40'000'000);
                                 sysfs.set("intel-rapl:1", 60'000'000);
                                 sysfs.set("intel-rapl-mmio:0", 40'000'000);
                               }),
                   40);
}

TEST(CounterMeter, TakesPsysWhereThereIsNoPackage) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "psys", 0);
  EXPECT_DOUBLE_EQ(watts_after(sysfs, [&] { sysfs.set("intel-rapl:0", 60'000'000); }), 60);
  EXPECT_EQ(find_counter_meter(sysfs.root)->kind(), MeterKind::RaplPsys);
}

TEST(CounterMeter, PrefersThatOfTheWholeNode) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  sysfs.set_node(1000);
  EXPECT_DOUBLE_EQ(watts_after(sysfs, [&] { sysfs.set_node(1345); }), 345);
  EXPECT_EQ(find_counter_meter(sysfs.root)->kind(), MeterKind::PmCounters);
  EXPECT_STREQ(covered_by(MeterKind::PmCounters), "");
}

TEST(CounterMeter, SaysWhichCounterMayNotBeRead) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  sysfs.add_zone("intel-rapl:1", "package-1", 0);
  sysfs.make_unreadable("intel-rapl:1");
  try {
    find_counter_meter(sysfs.root);
    FAIL() << "half of the packages were taken for all";
  } catch (const InputError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("can't be read"));
    EXPECT_THAT(error.where(), HasSubstr("intel-rapl:1/energy_uj"));
  }
}

TEST(CounterMeter, GoesOverATimeInWhichItCanNotBeRead) {
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", 0);
  const auto meter = find_counter_meter(sysfs.root);
  meter->start(Milliseconds(0));
  std::vector<MeterReading> readings;
  sysfs.make_unreadable("intel-rapl:0");
  meter->read(Milliseconds(1000), readings);
  EXPECT_THAT(readings, IsEmpty());
  std::filesystem::remove_all(sysfs.path_of("intel-rapl:0"));
  sysfs.add_zone("intel-rapl:0", "package-0", 30'000'000);
  meter->read(Milliseconds(2000), readings);
  EXPECT_THAT(readings, ElementsAre(MeterReading{Milliseconds(2000), 15}));
  EXPECT_THAT(meter->complaint(), HasSubstr("couldn't be read 1 time"));
}

TEST(CounterMeter, GivesNoReadingWhereACounterIsSetAnew) {
  SampleSysfs sysfs;
  sysfs.set_node(1000);
  const auto meter = find_counter_meter(sysfs.root);
  meter->start(Milliseconds(0));
  std::vector<MeterReading> readings;
  sysfs.set_node(10);
  meter->read(Milliseconds(1000), readings);
  sysfs.set_node(110);
  meter->read(Milliseconds(2000), readings);
  EXPECT_THAT(readings, ElementsAre(MeterReading{Milliseconds(2000), 100}));
}

// At 10 Hz, whenever the readings come: the counter goes from 1 J below its range to 2 J above it.
TEST(PowerRecorder, LosesNothingOverAWrap) {
  constexpr std::uint64_t kRange = 65'532'610'987;
  SampleSysfs sysfs;
  sysfs.add_zone("intel-rapl:0", "package-0", kRange - 1'000'000, kRange);
  PowerRecorder recorder(find_counter_meter(sysfs.root), Milliseconds(100));
  recorder.start();
  for (int i = 1; i <= 30; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sysfs.set("intel-rapl:0", (kRange - 1'000'000 + static_cast<std::uint64_t>(i) * 100'000) % kRange);
  }
  recorder.stop();
  const PowerRecord& record = recorder.record();
  EXPECT_NEAR(record.joules(), 3, 1e-9);
  EXPECT_GE(record.readings.size(), 4U);
  for (const MeterReading& reading : record.readings) EXPECT_GE(reading.watts, 0);
  EXPECT_GE(record.seconds(), 0.6);
}

}  // namespace
}  // namespace tessera
