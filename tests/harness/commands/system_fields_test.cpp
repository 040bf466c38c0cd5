#include <gmock/gmock.h>

#include "harness/commands/system_text.hpp"
#include "harness/machine/processor_model.hpp"
#include "harness/machine/system_probe.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

TEST(SystemFields, OfThisMachinePassTheCheckAndSayWhatItIs) {
  const nlohmann::json probe = probe_system();
  const SystemDescription system = detected_system(probe, 3);
  EXPECT_TRUE(check(system, "").compliant());
  EXPECT_TRUE(check(system, "").warnings.empty());
  EXPECT_EQ(system.text("number_of_nodes"), "3");
  EXPECT_THAT(system.text("framework"), HasSubstr("Tessera "));
  EXPECT_THAT(system.text("other_software_stack"), HasSubstr("oneDNN"));
  EXPECT_EQ(system.text("submitter"), "");
}

TEST(SystemFields, CountCoresByProcessorAndSizesInBinaryUnits) {
  const nlohmann::json probe = {
      {"processor",
       {{"model", "unknown"}, {"sockets", 2}, {"cores", 48}, {"logical_cpus", 96}, {"megahertz", 2600.0}}},
      {"caches", {{{"level", 2}, {"kind", "unified"}, {"bytes", 1572864}, {"count", 48}}}},
      {"memory_bytes", 549755813888.0},
      {"os", "Linux"},
      {"kernel", "Linux 6"}};
  const SystemDescription system = detected_system(probe, 1);
  EXPECT_EQ(system.text("host_processors_per_node"), "2");
  EXPECT_EQ(system.text("host_processor_model_name"), "");
  EXPECT_EQ(system.text("host_processor_core_count"), "24");
  EXPECT_EQ(system.text("host_processor_vcpu_count"), "48");
  EXPECT_EQ(system.text("host_processor_frequency"), "2600 MHz");
  EXPECT_EQ(system.text("host_processor_caches"), "48 x L2 unified 1.5 MiB");
  EXPECT_EQ(system.text("host_memory_capacity"), "512 GiB");
}

TEST(SystemFields, TakeWhatTheUserSaysOverWhatWasDetected) {
  SystemDescription system = detected_system(probe_system(), 1);
  apply_user_fields(system, "submitter: Example\nnumber_of_nodes: 4\nframework:\n", "my.yaml");
  EXPECT_EQ(system.text("submitter"), "Example");
  EXPECT_EQ(system.text("number_of_nodes"), "4");
  EXPECT_EQ(system.text("framework"), "");
}

TEST(SystemFields, RefuseAMisspeltFieldWithItsLineAndTheNearestName) {
  SystemDescription system;
  const std::string message = message_of<InputError>(
      [&] { apply_user_fields(system, "submitter: Example\ncoolng: air\n", "my.yaml"); });
  EXPECT_THAT(message, HasSubstr("coolng"));
  EXPECT_THAT(message, HasSubstr("my.yaml, line 2"));
  EXPECT_THAT(message, HasSubstr("did you mean 'cooling'?"));
  for (const char* yaml : {"", "text", "cooling: [air]", "cooling: {a: b}", "cooling: a\ncooling: b", "a: ["})
    EXPECT_THROW(apply_user_fields(system, yaml, "my.yaml"), InputError) << yaml;
}

TEST(ProcessorModel, IsTheNameOrOnArmWhatImplementerAndPartMean) {
  EXPECT_EQ(processor_model_in("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz");
  const std::string arm = "processor\t: 0\nCPU implementer\t: 0x46\nCPU architecture: 8\nCPU part\t: 0x001\n";
  EXPECT_EQ(processor_model_in(arm), "Fujitsu A64FX");
  EXPECT_EQ(processor_model_in("CPU implementer : 0x99\nCPU part : 0x123"),
            "Arm, implementer 0x99, part 0x123");
  for (const char* none : {"", ":", "\n\n", "model name", "model name\t:\n", "CPU part: 0x1\n"})
    EXPECT_EQ(processor_model_in(none), "") << none;
}

}  // namespace
}  // namespace tessera
