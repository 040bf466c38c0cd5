#include "harness/commands/usage_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "harness/commands/command.hpp"

namespace tessera {
namespace {

using ::testing::HasSubstr;

// What the program says to a wrong command line.
std::string refusal_of(const std::string& arguments) {
  CLI::App app{"", "tessera"};
  app.require_subcommand(1);
  Command chosen;
  add_check(app, chosen);
  add_generate(app, chosen);
  add_train(app, chosen);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error).what();
  }
  return "nothing";
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

}  // namespace
}  // namespace tessera
