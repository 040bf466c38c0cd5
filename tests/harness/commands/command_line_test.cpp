#include "harness/commands/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "harness/commands/command.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What a line of words between blanks is refused with.
std::string refusal_of(CommandLine& line, const std::string& words) {
  std::vector<std::string> arguments{"tessera"};
  std::istringstream text(words);
  for (std::string word; text >> word;) arguments.push_back(word);
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    line.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing";
}

// What the program says to a wrong command line.
std::string refusal_of(const std::string& words) {
  CommandLine line("tessera", "", "", [] { return ""; });
  add_check(line.syntax());
  add_generate(line.syntax());
  add_train(line.syntax());
  return refusal_of(line, words);
}

TEST(UsageError, NamesTheCommandNearestToAMisspeltOne) {
  EXPECT_THAT(refusal_of("trian"), HasSubstr("tessera has no command 'trian'"));
  EXPECT_THAT(refusal_of("trian"), HasSubstr("did you mean 'train'?"));
  EXPECT_THAT(refusal_of("generate cosmo"), HasSubstr("did you mean 'cosmoflow'?"));
}

TEST(UsageError, NamesTheOptionNearestToAMisspeltOne) {
  EXPECT_THAT(refusal_of("train --sed 3 a.yaml"), HasSubstr("tessera train has no option '--sed'"));
  EXPECT_THAT(refusal_of("train --sed 3 a.yaml"), HasSubstr("did you mean '--seed'?"));
}

TEST(UsageError, SaysWhoseHelpToRead) {
  EXPECT_THAT(refusal_of(""), HasSubstr("see tessera --help"));
  EXPECT_THAT(refusal_of("generate cosmoflow"), HasSubstr("see tessera generate cosmoflow --help"));
  EXPECT_THAT(refusal_of("check --round 9.0 x"), HasSubstr("see tessera check --help"));
}

TEST(UsageError, RefusesASecondConfiguration) {
  EXPECT_THAT(refusal_of("train a.yaml b.yaml"),
              HasSubstr("'b.yaml' is one word too many for tessera train"));
}

TEST(CommandLine, SetsTheVariablesOfItsOptions) {
  CommandLine line("tessera", "", "", [] { return ""; });
  const CommandSyntax command = line.syntax().command("go", "");
  std::string place, resumed;
  std::optional<std::int64_t> most;
  std::vector<std::string> overrides;
  std::vector<std::int64_t> shape;
  bool json = false, quiet = false;
  command.option("PLACE", place, "").required();
  command.option("--most", most, "").at_least_one();
  command.option("--set", overrides, "").repeatable();
  command.option("--shape", shape, "").list_of(3, ',');
  command.flag("--resume{last}", resumed, "");
  command.flag("--json", json, "");
  command.flag("--quiet", quiet, "");
  EXPECT_EQ(refusal_of(line, "go here --set a=b --resume --shape 1,2,3 --set c=d --json"), "nothing");
  EXPECT_EQ(place, "here");
  EXPECT_EQ(resumed, "last");
  EXPECT_FALSE(most.has_value());
  EXPECT_THAT(overrides, ElementsAre("a=b", "c=d"));
  EXPECT_THAT(shape, ElementsAre(1, 2, 3));
  EXPECT_TRUE(json);
  EXPECT_FALSE(quiet);
}

TEST(CommandLine, RefusesWhatItsOptionsDoNotTake) {
  CommandLine line("tessera", "", "", [] { return ""; });
  const CommandSyntax command = line.syntax().command("go", "");
  std::string way, shape;
  int count = 0;
  const OptionSyntax by = command.option("--by", way, "").one_of({"land", "sea"});
  command.option("--count", count, "").at_least_one(9);
  command.option("--shape", shape, "").needs(by);
  EXPECT_THAT(refusal_of(line, "go --by air"), HasSubstr("land"));
  EXPECT_THAT(refusal_of(line, "go --count 0"), HasSubstr("--count"));
  EXPECT_THAT(refusal_of(line, "go --count 10"), HasSubstr("--count"));
  EXPECT_THAT(refusal_of(line, "go --shape x"), HasSubstr("--by"));
  EXPECT_EQ(refusal_of(line, "go --by sea --count 9 --shape x"), "nothing");
}

}  // namespace
}  // namespace tessera
