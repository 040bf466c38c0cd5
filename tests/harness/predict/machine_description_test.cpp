#include "harness/predict/machine_description.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "harness/predict/kernel_times.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

const std::string kSmall = R"(name: small
node:
    memory_bytes: 1000
    memory_bytes_per_second: 1.0e+10
    float32_flop_per_second: 1.0e+12
inside_node: {latency_seconds: 1.0e-6, bytes_per_second: 1.0e+10}
between_nodes: {latency_seconds: 2.0e-6, bytes_per_second: 5.0e+9}
)";

std::string error_of(const std::string& yaml) {
  try {
    parse_machine(yaml, "m.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(MachineDescription, HasDefaultsForWhatIsNotGiven) {
  const MachineDescription machine = parse_machine(kSmall, "m.yaml");
  EXPECT_EQ(machine.node.ranks, 1);
  EXPECT_EQ(machine.node.peak.at(Element::F32), 1e12);
  EXPECT_EQ(machine.between.way.latency, 2e-6);
  EXPECT_EQ(machine.all_reduce.algorithm, AllReduce::Best);
  EXPECT_FALSE(machine.files.bandwidth.has_value());
}

TEST(MachineDescription, IsTheSameAfterWritingAndReading) {
  MachineDescription machine =
      parse_machine(kSmall + "spread: 0.05\nframework: {name: other, bucket_bytes: 7}\n", "m.yaml");
  machine.all_reduce = {AllReduce::Ring, 0.25, {{"2", {{"8", 1e-5}, {"4096", 3e-5}}}}};
  machine.kernels.measured["conv3d forward 4>32"]["1x8x16x16"] = 0.125;
  machine.files.cache_bytes = 77;
  const std::string text = to_yaml(machine);
  const MachineDescription again = parse_machine(text, "again.yaml");
  EXPECT_EQ(to_yaml(again), text);
  EXPECT_EQ(again.kernels.measured, machine.kernels.measured);
  EXPECT_EQ(again.all_reduce.measured, machine.all_reduce.measured);
  EXPECT_EQ(again.all_reduce.algorithm, AllReduce::Ring);
  EXPECT_EQ(again.framework.bucket_bytes, 7);
  EXPECT_EQ(again.spread, 0.05);
}

TEST(MachineDescription, SaysWhatIsWrongAndInWhichLine) {
  using ::testing::AllOf;
  using ::testing::HasSubstr;
  EXPECT_THAT(error_of(kSmall + "spred: 1\n"),
              AllOf(HasSubstr("unknown key 'spred'"), HasSubstr("m.yaml, line 8"),
                    HasSubstr("did you mean 'spread'")));
  EXPECT_THAT(error_of(kSmall + "spread: 2\n"), HasSubstr("expected a number of at least 0 and below 1"));
  EXPECT_THAT(error_of(kSmall + "all_reduce: {algorithm: bets}\n"), HasSubstr("ring or hierarchical"));
  EXPECT_THAT(error_of(kSmall + "all_reduce: {measured: {two: {8: 1.0}}}\n"), HasSubstr("'two'"));
  EXPECT_THAT(error_of(kSmall + "kernels: {measured: {a: {1x1x1x1: -1.0}}}\n"), HasSubstr("seconds above 0"));
  EXPECT_THAT(error_of(kSmall.substr(12)), HasSubstr("name is missing"));
  EXPECT_THAT(error_of("name: none\n"), HasSubstr("is missing"));
}

TEST(MachineDescription, OfEachMachineThatComesWithTheProgramIsRead) {
  int machines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TESSERA_SOURCE_DIR "/harness/machines")) {
    const MachineDescription machine = load_machine(entry.path().string());
    EXPECT_FALSE(machine.name.empty()) << entry.path();
    EXPECT_FALSE(machine.node.peak.empty()) << entry.path();
    ++machines;
  }
  EXPECT_GE(machines, 10);
}

TEST(KernelTimes, LieBetweenThoseThatWereMeasured) {
  const std::map<std::string, double> measured{{"1x10x1x1", 2}, {"2x10x1x1", 3}, {"1x100x1x1", 19}};
  EXPECT_DOUBLE_EQ(interpolated(measured, 10), 2);
  EXPECT_DOUBLE_EQ(interpolated(measured, 15), 2.5);
  EXPECT_DOUBLE_EQ(interpolated(measured, 60), 11);
  EXPECT_DOUBLE_EQ(interpolated(measured, 200), 38) << "more than was measured, in proportion";
  EXPECT_DOUBLE_EQ(interpolated(measured, 5), 1.5) << "fewer, along the first line";
  EXPECT_DOUBLE_EQ(interpolated({{"1x10x1x1", 2}}, 5), 1);
}

}  // namespace
}  // namespace tessera
