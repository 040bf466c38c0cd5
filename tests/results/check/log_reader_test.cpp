#include "results/check/log_reader.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "models/base/error.hpp"
#include "results/log/log_lines.hpp"
#include "results/log/log_value.hpp"
#include "results/sample_log.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::SizeIs;

WholeLog read(const std::string& text) {
  std::istringstream in(text);
  return read_whole(in);
}

std::string entry(const std::string& value, const std::string& time = "1600000000000") {
  return R"(:::MLLOG {"namespace": "", "time_ms": )" + time +
         R"(, "event_type": "POINT_IN_TIME", "key": "eval_error", "value": )" + value +
         R"(, "metadata": {"epoch_num": 1}})";
}

std::vector<std::size_t> lines_of(const WholeLog& run) {
  std::vector<std::size_t> lines;
  for (const LogEntry& e : run.entries) lines.push_back(e.line);
  return lines;
}

json value_of(const std::string& value) {
  const WholeLog run = read(entry(value));
  EXPECT_THAT(run.malformed, SizeIs(0)) << value;
  return run.entries.empty() ? json("no entry") : run.entries[0].value;
}

std::string problem_of(const std::string& line) {
  const WholeLog run = read("first line\n" + line + "\n");
  EXPECT_THAT(run.entries, SizeIs(0)) << line;
  EXPECT_THAT(run.malformed, SizeIs(1)) << line;
  if (run.malformed.empty()) return "";
  EXPECT_EQ(run.malformed[0].line, 2U);
  return run.malformed[0].problem;
}

TEST(LogReader, KnowsThreeEndsOfLinesAndNeedsNoLastOne) {
  const std::string e = entry("0.5");
  EXPECT_THAT(lines_of(read(e + "\n\n" + e + "\r\n\r\n" + e + "\r\r" + e + "\r\n" + e)),
              ElementsAre(1, 3, 5, 7, 8));
  EXPECT_THAT(lines_of(read("")), ElementsAre());
  EXPECT_THAT(lines_of(read("\n")), ElementsAre());
}

TEST(LogReader, FindsTheEndOfALineAcrossItsChunks) {
  const std::string e = entry("0.5");
  for (std::size_t around = (1U << 18) - 3; around < (1U << 18) + 3; ++around) {
    for (const char* end : {"\n", "\r\n", "\r"}) {
      const std::string text = std::string(around - e.size(), ' ') + e + end + e;
      EXPECT_THAT(lines_of(read(text)), ElementsAre(1, 2));
    }
  }
}

TEST(LogReader, PassesOverLinesWithoutTheToken) {
  EXPECT_THAT(lines_of(read("PATH=/bin\n:::MLLOG\n::MLLOG {}\n\xff\xfe\n" + entry("1"))), ElementsAre(5));
}

TEST(LogReader, DropsAllUpToTheLastTokenOfALine) {
  const WholeLog run = read("  3: " + entry("1") + " 12: " + entry("2"));
  ASSERT_THAT(run.entries, SizeIs(1));
  EXPECT_EQ(run.entries[0].value, 2);
  EXPECT_EQ(run.entry_lines, 1U);
}

TEST(LogReader, TakesBytesAsLatin1) {
  EXPECT_EQ(value_of("\"Universit\xe4t \xff\""), "Universit\xc3\xa4t \xc3\xbf");
  EXPECT_THAT(read(entry("1") + " \x85\xa0\t").entries, SizeIs(1));  // white space of latin-1
}

TEST(LogReader, TakesTheNumbersThatPythonWrites) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(value_of("NaN").get<double>()));
  EXPECT_EQ(value_of("Infinity").get<double>(), infinity);
  EXPECT_EQ(value_of("-Infinity").get<double>(), -infinity);
  EXPECT_EQ(value_of("1e400").get<double>(), infinity);
  EXPECT_EQ(value_of("-1.5E+999").get<double>(), -infinity);
  EXPECT_EQ(value_of(std::string(400, '9')).get<double>(), infinity);
  EXPECT_EQ(value_of("1e-999").get<double>(), 0.0);
  EXPECT_EQ(value_of("9223372036854775808").get<double>(), 9223372036854775808.0);
  EXPECT_EQ(value_of("-5"), -5);
  const json nested =
      value_of(R"(["NaN", "a \" NaN", {"Infinity": [-Infinity, ""], "": NaN}, "\\", 1e-400])");
  EXPECT_EQ(nested[0], "NaN");
  EXPECT_EQ(nested[1], "a \" NaN");
  EXPECT_EQ(nested[2]["Infinity"], json({-infinity, ""}));
  EXPECT_TRUE(std::isnan(nested[2][""].get<double>()));
  EXPECT_EQ(nested[3], "\\");
  EXPECT_EQ(nested[4], 0.0);
}

TEST(LogReader, ReportsBareWordsWhereNoNumberMayStand) {
  for (const char* value :
       {"1NaN", "NaN1", "-NaN", "nan", "inf", "NaN NaN", "{NaN: 1}", "[NaN", "NaN\"a\"", "\"NaN"}) {
    problem_of(entry(value));
  }
}

TEST(LogReader, ReportsEntriesThatDontParseOrLackAMember) {
  EXPECT_EQ(problem_of(":::MLLOG [1]"), "not a JSON object");
  EXPECT_EQ(problem_of(":::MLLOG \"x\""), "not a JSON object");
  EXPECT_THAT(problem_of(":::MLLOG "), testing::StartsWith("ends too soon"));
  problem_of(":::MLLOG {\"key\": \"a");
  problem_of(entry("1") + " more");
  problem_of(entry("\"tab\there\""));
  problem_of(entry(std::string("\"\0\"", 3)));
  problem_of(entry("01e999"));
  problem_of(entry("1.e999"));
  EXPECT_EQ(problem_of(entry("1") + std::string("\0", 1)), "a NUL byte");
  EXPECT_EQ(problem_of(entry("1") + std::string("\0more", 5)), "a NUL byte");
  EXPECT_EQ(problem_of(R"(:::MLLOG {"value": 1, "metadata": {}, "time_ms": 1})"), "lacks key");
  EXPECT_EQ(problem_of(R"(:::MLLOG {"key": "a", "metadata": {}, "time_ms": 1})"), "lacks value");
  EXPECT_EQ(problem_of(R"(:::MLLOG {"key": "a", "value": 1, "time_ms": 1})"), "lacks metadata");
  EXPECT_EQ(problem_of(R"(:::MLLOG {"key": "a", "value": 1, "metadata": {}})"), "lacks time_ms");
  EXPECT_EQ(problem_of(entry("1", "null")), "time_ms isn't a number");
  EXPECT_EQ(problem_of(entry("1", "\"1.2.3\"")), "time_ms isn't a number");
}

TEST(LogReader, TakesATimeThatIsATextOfANumber) {
  EXPECT_EQ(read(entry("1", "\"12.5\"")).entries[0].time_ms, 12.5);
}

TEST(LogReader, PassesOverKeysThatAreNotOurs) {
  const WholeLog run = read(R"(:::MLLOG {"key": "throughput", "value": 1, "metadata": {}, "time_ms": 1})"
                            "\n"
                            R"(:::MLLOG {"key": [3], "value": 1, "metadata": null, "time_ms": 1})");
  EXPECT_THAT(run.entries, SizeIs(0));
  EXPECT_THAT(run.malformed, SizeIs(0));
  EXPECT_EQ(run.entry_lines, 2U);
}

TEST(LogReader, SurvivesDeepNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(value_of(nested(900)).is_array());
  EXPECT_FALSE(show(value_of(nested(900))).empty());
  EXPECT_TRUE(equal_values(value_of(nested(900)), value_of(nested(900))));
  EXPECT_EQ(problem_of(entry(nested(100'000))), "nested deeper than 1000");
}

TEST(LogReader, ReportsAnEntryTooLongToKeepAndGoesOn) {
  const std::string huge(kLongestEntry + 1000, 'x');
  const WholeLog run = read(entry("\"" + huge + "\"") + "\n" + huge + entry("1") + "\n" + huge + "\n" + huge +
                            entry("\"" + huge + "\"") + entry("2"));
  ASSERT_THAT(run.malformed, SizeIs(1));
  EXPECT_EQ(run.malformed[0].line, 1U);
  EXPECT_THAT(lines_of(run), ElementsAre(2, 4));
}

TEST(LogReader, RefusesAPathThatIsNoReadableFile) {
  EXPECT_THROW(read_log(std::filesystem::path("/nonexistent/result.txt")), InputError);
  EXPECT_THROW(read_log(std::filesystem::temp_directory_path()), InputError);
}

TEST(LogValues, AreEqualAsPythonHasIt) {
  const json nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(equal_values(1, 1.0));
  EXPECT_TRUE(equal_values(true, 1));
  EXPECT_TRUE(equal_values(nan, nan));
  EXPECT_TRUE(equal_values(json({1, {{"a", nan}}}), json({1.0, {{"a", nan}}})));
  EXPECT_FALSE(equal_values(1, "1"));
  EXPECT_FALSE(equal_values(nullptr, false));
  EXPECT_FALSE(equal_values(json::array({1}), json::array({1, 1})));
  EXPECT_FALSE(equal_values(json{{"a", 1}}, json{{"b", 1}}));
  EXPECT_FALSE(equal_values(9007199254740993, 9007199254740992));
}

TEST(LogValues, AreShownInAscii) {
  EXPECT_EQ(show("\x1b[31m"), "\"\\u001b[31m\"");
  EXPECT_EQ(show("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(show(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_LT(show(std::string(1000, 'x')).size(), 200U);
}

}  // namespace
}  // namespace tessera
