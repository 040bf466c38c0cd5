#include "submissions/system_description.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "models/base/error.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

SystemDescription complete() {
  SystemDescription system;
  for (const SystemField& field : kSystemFields) system.fields[std::string(field.name)] = "x";
  return system;
}

TEST(SystemDescription, HasThirtyThreeFieldsOfDifferentNames) {
  std::set<std::string_view> names;
  for (const SystemField& field : kSystemFields) names.insert(field.name);
  EXPECT_THAT(names, SizeIs(33));
}

TEST(SystemDescription, WithAllFieldsPassesEvenWhereTheyAreEmpty) {
  SystemDescription system = complete();
  for (auto& field : system.fields) field = "";
  const Verdict verdict = check(system, "s.json");
  EXPECT_THAT(verdict.findings, IsEmpty());
  EXPECT_THAT(verdict.warnings, IsEmpty());
}

TEST(SystemDescription, IsHeldAgainstEachFieldThatItLacks) {
  for (const SystemField& field : kSystemFields) {
    SystemDescription system = complete();
    system.fields.erase(std::string(field.name));
    const Verdict verdict = check(system, "s.json");
    ASSERT_THAT(verdict.findings, SizeIs(1)) << field.name;
    EXPECT_EQ(verdict.findings[0].rule, "missing-field");
    EXPECT_EQ(verdict.findings[0].expected, fmt::format("the field {}", field.name));
  }
}

TEST(SystemDescription, MustHaveSevenFieldsAsTextAndMayHaveOthersAsAnything) {
  const std::set<std::string> texts{"submitter",
                                    "system_name",
                                    "host_processor_model_name",
                                    "host_processor_core_count",
                                    "accelerator_model_name",
                                    "accelerators_per_node",
                                    "framework"};
  for (const SystemField& field : kSystemFields) {
    SystemDescription system = complete();
    system.fields[std::string(field.name)] = 4;
    EXPECT_EQ(check(system, "s.json").compliant(), !texts.contains(std::string(field.name))) << field.name;
  }
}

TEST(SystemDescription, IsWarnedOfFieldsThatNobodyKnows) {
  SystemDescription system = complete();
  system.fields["system_type"] = "datacenter";
  const Verdict verdict = check(system, "s.json");
  EXPECT_TRUE(verdict.compliant());
  ASSERT_THAT(verdict.warnings, SizeIs(1));
  EXPECT_EQ(verdict.warnings[0].rule, "unknown-field");
}

TEST(SystemDescription, IsWrittenInTheOrderOfTheFieldsAndReadBackEqual) {
  SystemDescription system = complete();
  system.fields["zz_more"] = {{"CUDA", "11"}};
  const std::string text = to_text(system);
  std::size_t last = 0;
  for (const SystemField& field : kSystemFields) {
    const std::size_t at = text.find(fmt::format("\"{}\": ", field.name));
    ASSERT_NE(at, std::string::npos) << field.name;
    EXPECT_GT(at, last);
    last = at;
  }
  EXPECT_EQ(parse_system_description(text, "s.json").fields, system.fields);
}

TEST(SystemDescription, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", "[]", "3", "{", "{\"a\": 1} x", "\xef\xbb\xbf{}", "{\"a\": \"\xff\"}"})
    EXPECT_THROW(parse_system_description(text, "s.json"), InputError) << text;
}

TEST(SystemDescription, RefusesFilesThatAreMissingEmptyOrFarTooLarge) {
  const TemporaryDirectory directory;
  EXPECT_THROW(read_system_description(directory / "none.json"), InputError);
  EXPECT_THROW(read_system_description(directory.path()), InputError);
  std::ofstream(directory / "empty.json").flush();
  EXPECT_THROW(read_system_description(directory / "empty.json"), InputError);
  std::ofstream(directory / "large.json") << std::string((1U << 20U) + 1, ' ');
  EXPECT_THROW(read_system_description(directory / "large.json"), InputError);
}

}  // namespace
}  // namespace tessera
