#include "results/lenient_json.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

namespace tessera {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(LenientJson, TakesNumbersBeyondTheLargestDoubleForInfinite) {
  const std::string digits(400, '7');
  const LenientJson read = parse_lenient_json(R"({"1e400": [1e400, -1e400, )" + digits + ", -" + digits +
                                              R"(, NaN, "1e400", 2]})");
  ASSERT_EQ(read.error, "");
  const nlohmann::json& list = read.value["1e400"];
  EXPECT_EQ(list[0], kInfinity);
  EXPECT_EQ(list[1], -kInfinity);
  EXPECT_EQ(list[2], kInfinity);
  EXPECT_EQ(list[3], -kInfinity);
  EXPECT_TRUE(std::isnan(list[4].get<double>()));
  EXPECT_EQ(list[5], "1e400");
  EXPECT_EQ(list[6], 2);
}

TEST(LenientJson, RefusesHugeNumbersThatAreNotSpeltAsJson) {
  for (const char* text : {"01e400", "1.e400", "+1e400", "--1e400", "1e400.5", "1e400 1", "[1e400,]"})
    EXPECT_NE(parse_lenient_json(text).error, "") << text;
}

TEST(LenientJson, TakesNulForNoEndOfTheText) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"{}\0"sv, "{}\0x"sv, "\0{}"sv, "{\"a\": \"\0\"}"sv})
    EXPECT_THAT(parse_lenient_json(text).error, testing::HasSubstr("NUL")) << text;
}

// Each digit is looked at a bounded number of times: ten million take a second, not days.
TEST(LenientJson, ReadsAVeryLongNumberInTimeProportionalToItsLength) {
  const LenientJson read = parse_lenient_json("[NaN, 0." + std::string(10'000'000, '0') + "1]");
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.value[1], 0.0);
}

}  // namespace
}  // namespace tessera
