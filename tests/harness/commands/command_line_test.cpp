#include "harness/commands/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/commands/command.hpp"
#include "models/base/error.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What a line of words is refused with.
std::string refusal_of(CommandLine& line, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tessera");
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  try {
    line.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const InputError& error) {
    return error.what();
  }
  return "nothing";
}

// The same, of words between blanks.
std::string refusal_of(CommandLine& line, const std::string& words) {
  std::vector<std::string> arguments;
  std::istringstream text(words);
  for (std::string word; text >> word;) arguments.push_back(word);
  return refusal_of(line, arguments);
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

TEST(UsageError, NamesNoneWhereNoneIsNear) {
  EXPECT_THAT(refusal_of("frobnicate"), AllOf(HasSubstr("no command 'frobnicate'"), Not(HasSubstr("mean"))));
  EXPECT_THAT(refusal_of("train --frobnicate a.yaml"),
              AllOf(HasSubstr("no option '--frobnicate'"), Not(HasSubstr("mean"))));
}

TEST(UsageError, NamesAnUnknownCommandWhateverItsOptions) {
  for (const char* words : {"trian --seed 3 a.yaml", "trian --help", "trian --frobnicate"})
    EXPECT_THAT(refusal_of(words), HasSubstr("tessera has no command 'trian'"));
  EXPECT_THAT(refusal_of("generate cosmo --size 3"), HasSubstr("tessera generate has no command 'cosmo'"));
  EXPECT_THAT(refusal_of("--sed 3 train a.yaml"), HasSubstr("tessera has no option '--sed'"));
  EXPECT_EQ(refusal_of("train --help"), "nothing");
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

TEST(CommandLine, ReadsNumbersAsDecimal) {
  CommandLine line("tessera", "", "", [] { return ""; });
  const CommandSyntax command = line.syntax().command("go", "");
  int count = 0;
  std::optional<std::uint64_t> seed;
  std::vector<std::int64_t> shape;
  command.option("--count", count, "").at_least_one(99);
  command.option("--seed", seed, "");
  command.option("--shape", shape, "").list_of(2, ',');
  EXPECT_EQ(refusal_of(line, "go --count 010 --seed 0019 --shape 08,0"), "nothing");
  EXPECT_EQ(count, 10);
  EXPECT_EQ(seed, 19U);
  EXPECT_THAT(shape, ElementsAre(8, 0));
  for (const char* words : {"go --seed -1", "go --seed 0x10", "go --seed 1e3", "go --seed +1",
                            "go --count 0x1", "go --count 1.0", "go --shape 1,0x2"})
    EXPECT_THAT(refusal_of(line, words), HasSubstr("whole number")) << words;
  EXPECT_THAT(refusal_of(line, "go --seed 18446744073709551616"), HasSubstr("too large"));
  EXPECT_EQ(refusal_of(line, "go --shape -1,18"), "nothing");
}

TEST(CommandLine, RefusesTextsThatAShellLeftUnfinished) {
  const auto said = [](std::vector<std::string> words) {
    CommandLine line("tessera", "", "", [] { return ""; });
    const CommandSyntax command = line.syntax().command("go", "");
    std::string text, launcher, directory;
    std::filesystem::path path;
    std::vector<std::filesystem::path> paths;
    std::vector<std::string> overrides;
    command.option("PATHS", paths, "");
    command.option("--text", text, "");
    command.option("--path", path, "");
    command.option("--launcher", launcher, "").verbatim();
    command.option("--set", overrides, "").repeatable();
    command
        .option_for(
            "--dir", [&](const std::string& given) { directory = given; }, "")
        .may_be_empty();
    words.insert(words.begin(), "go");
    return refusal_of(line, std::move(words));
  };
  for (const char* option : {"--text", "--path"}) {
    EXPECT_THAT(said({option, ""}), AllOf(HasSubstr(option), HasSubstr("empty")));
    EXPECT_THAT(said({std::string(option) + "=", "next"}), AllOf(HasSubstr(option), HasSubstr("empty")));
    EXPECT_THAT(said({option, "$SCRATCH/run"}), HasSubstr("'$SCRATCH/run' isn't expanded"));
    EXPECT_THAT(said({option, "runs/${JOB}"}), HasSubstr("'runs/${JOB}' isn't expanded"));
    EXPECT_THAT(said({option, "~/run"}), HasSubstr("'~/run' isn't expanded"));
    for (const char* sound : {"a$", "5$ and 3", "a~", "~a", "M\xfcll"})
      EXPECT_EQ(said({option, sound}), "nothing") << sound;
  }
  EXPECT_THAT(said({"here", "$THERE"}), HasSubstr("'$THERE' isn't expanded"));
  EXPECT_THAT(said({"--dir", "$THERE"}), HasSubstr("'$THERE' isn't expanded"));
  EXPECT_EQ(said({"--launcher", "mpiexec -x $A", "--set", "data.data_dir=$DATA", "--dir"}), "nothing");
}

TEST(CommandLine, TakesAFileByTheNameThatItHas) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "a$b";
  std::filesystem::create_directory(file);
  CommandLine line("tessera", "", "", [] { return ""; });
  std::filesystem::path path;
  line.syntax().command("go", "").option("PATH", path, "");
  EXPECT_EQ(refusal_of(line, std::vector<std::string>{"go", file.string()}), "nothing");
  EXPECT_EQ(path, file);
}

}  // namespace
}  // namespace tessera
