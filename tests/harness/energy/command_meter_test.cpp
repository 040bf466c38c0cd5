#include "harness/energy/command_meter.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Reads until something is so, for ten seconds at most.
std::vector<MeterReading> read_until(EnergyMeter& meter, Milliseconds now,
                                     const std::function<bool(const std::vector<MeterReading>&)>& enough) {
  std::vector<MeterReading> readings;
  for (int i = 0; i < 1000 && !enough(readings); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    meter.read(now, readings);
  }
  return readings;
}

TEST(CommandMeter, TakesTheReadingsSinceTheStart) {
  const auto meter = make_command_meter(R"(printf '99 1\n100.5 20.5\n 7 8\n101\t30\n102 40\n'; sleep 60)");
  meter->start(Milliseconds(100000));
  EXPECT_THAT(read_until(*meter, Milliseconds(110000), [](const auto& r) { return r.size() == 3; }),
              ElementsAre(MeterReading{Milliseconds(100500), 20.5}, MeterReading{Milliseconds(101000), 30},
                          MeterReading{Milliseconds(102000), 40}));
}

TEST(CommandMeter, PassesOverOtherLinesAndComplainsOnce) {
  const auto meter = make_command_meter("echo hello; echo 1 2 3; echo 101 watts >&2; echo 101 5; sleep 60");
  meter->start(Milliseconds(0));
  EXPECT_THAT(read_until(*meter, Milliseconds(200000), [](const auto& r) { return !r.empty(); }),
              ElementsAre(MeterReading{Milliseconds(101000), 5}));
  EXPECT_THAT(meter->complaint(), HasSubstr("as \"hello\""));
  EXPECT_THAT(meter->complaint(), Not(HasSubstr("1 2 3")));
}

TEST(CommandMeter, ComplainsOfAClockThatIsAhead) {
  const auto meter = make_command_meter("echo 500 5; sleep 60");
  meter->start(Milliseconds(0));
  EXPECT_THAT(
      read_until(*meter, Milliseconds(100000), [&](const auto&) { return !meter->complaint().empty(); }),
      IsEmpty());
  EXPECT_THAT(meter->complaint(), HasSubstr("1 readings of the command are of a time to come"));
}

TEST(CommandMeter, ComplainsOfACommandThatEnds) {
  const auto meter = make_command_meter("exit 5");
  meter->start(Milliseconds(0));
  read_until(*meter, Milliseconds(1), [&](const auto&) { return !meter->complaint().empty(); });
  EXPECT_THAT(meter->complaint(), HasSubstr("ended before the run, with exit code 5"));
}

TEST(CommandMeter, EndsTheCommandAndItsChildren) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "process";
  {
    const auto meter =
        make_command_meter(fmt::format("sleep 1000 & echo $! > '{}.new'; mv '{}.new' '{}'; wait",
                                       file.string(), file.string(), file.string()));
    for (int i = 0; i < 1000 && !std::filesystem::exists(file); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  pid_t process = 0;
  std::ifstream(file) >> process;
  ASSERT_GT(process, 0);
  const auto is_there = [&] {  // a zombie is an end, too, whoever has to take note of it
    std::ifstream stat(fmt::format("/proc/{}/stat", process));
    std::string number, name, state;
    return stat >> number >> name >> state && state != "Z";
  };
  for (int i = 0; i < 200 && is_there(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(is_there());
}

}  // namespace
}  // namespace tessera
