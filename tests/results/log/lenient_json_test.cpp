#include "results/log/lenient_json.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace tessera {
namespace {

constexpr std::array<std::string_view, 1> kValue{"v"};

LenientObject read(std::string_view value) {
  return parse_lenient_object("{\"v\": " + std::string(value) + "}", kValue);
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(LenientJson, TakesNumbersBeyondTheLargestDoubleForInfinite) {
  const std::string digits(400, '7');
  const LenientObject object = read("[1e400, -1e400, " + digits + ", -" + digits + R"(, NaN, "1e400", 2])");
  ASSERT_EQ(object.error, "");
  const nlohmann::json& list = object.members.at(0).value();
  EXPECT_EQ(list[0], kInfinity);
  EXPECT_EQ(list[1], -kInfinity);
  EXPECT_EQ(list[2], kInfinity);
  EXPECT_EQ(list[3], -kInfinity);
  EXPECT_TRUE(std::isnan(list[4].get<double>()));
  EXPECT_EQ(list[5], "1e400");
  EXPECT_EQ(list[6], 2);
}

TEST(LenientJson, RefusesHugeNumbersThatAreNotSpeltAsJson) {
  for (const char* value : {"01e400", "1.e400", "+1e400", "--1e400", "1e400.5", "1e400 1", "[1e400,]"})
    EXPECT_NE(read(value).error, "") << value;
}

TEST(LenientJson, RefusesWordsForNumbersThatPythonDoesNotKnow) {
  for (const char* value :
       {"-NaN", "+NaN", "nan", "Inf", "-Inf", "+Infinity", "infinity", "NaNs", "Infinity1"})
    EXPECT_NE(read(value).error, "") << value;
}

TEST(LenientJson, TakesNumbersBelowTheSmallestDoubleForNought) {
  const LenientObject object = read("[1e-400, -1e-400, 0." + std::string(400, '0') + "1]");
  ASSERT_EQ(object.error, "");
  for (const nlohmann::json& number : object.members.at(0).value()) EXPECT_EQ(number, 0.0);
}

TEST(LenientJson, TakesNulForNoEndOfTheText) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"{}\0"sv, "{}\0x"sv, "\0{}"sv, "{\"v\": \"\0\"}"sv})
    EXPECT_THAT(parse_lenient_object(text, kValue).error, testing::HasSubstr("NUL")) << text;
}

TEST(LenientJson, BuildsTheWholeValueOrOnlyTheMembersWanted) {
  const std::string text = R"({"a": {"v": 1, "w": [2, {"v": NaN}]}, "v": [3, {"b": [4]}], "v": {"c": [5]}})";
  const LenientJson whole = parse_lenient_json(text);
  ASSERT_EQ(whole.error, "");
  EXPECT_TRUE(std::isnan(whole.value["a"]["w"][1]["v"].get<double>()));
  EXPECT_EQ(whole.value["v"], (nlohmann::json{{"c", {5}}}));
  EXPECT_EQ(parse_lenient_object(text, kValue).members[0], (nlohmann::json{{"c", {5}}}));
  EXPECT_EQ(parse_lenient_json("[Infinity, 1]").value[0], kInfinity);
  EXPECT_EQ(parse_lenient_json("7").value, 7);
  EXPECT_EQ(parse_lenient_object("7", kValue).error, "not a JSON object");
  EXPECT_EQ(parse_lenient_object("[{}]", kValue).error, "not a JSON object");
  EXPECT_NE(parse_lenient_json("").error, "");
}

// Each digit is looked at a bounded number of times: ten million take a second, not days.
TEST(LenientJson, ReadsAVeryLongNumberInTimeProportionalToItsLength) {
  const LenientObject object = read("[NaN, 0." + std::string(10'000'000, '0') + "1]");
  EXPECT_EQ(object.error, "");
  EXPECT_EQ(object.members.at(0).value()[1], 0.0);
}

}  // namespace
}  // namespace tessera
