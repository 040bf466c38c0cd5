#include "results/check/check_report.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>

#include "models/base/error.hpp"
#include "results/check/benchmark.hpp"
#include "results/check/rule_tables.hpp"
#include "results/sample_log.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class CheckReport : public testing::Test {
 protected:
  CheckReport() : root_(fs::temp_directory_path() / fmt::format("tessera-check-{}", getpid())) {
    fs::create_directories(root_);
  }
  ~CheckReport() override { fs::remove_all(root_); }

  fs::path write(const std::string& name, const std::string& text) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  static json check(const std::vector<fs::path>& paths, int expected_code, const CheckOptions& options = {}) {
    std::ostringstream out;
    EXPECT_EQ(report(check_paths(paths, options), true, out), expected_code);
    return json::parse(out.str());
  }

  fs::path root_;
};

std::string non_compliant() {
  SampleLog log = cosmoflow_log("closed");
  log.set("submission_status", "cloudy");
  log.erase("run_stop");
  std::string text = log.text();
  return text.replace(text.find("cloudy"), 6,
                      "clo\xff"
                      "dy");
}

// A benchmark that a round has, and whose rules aren't known here, is neither compliant nor not.
TEST_F(CheckReport, SaysWhatIsNotJudged) {
  for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0})
    benchmark_key_rule(round);  // lists the names of the benchmarks that there are by then
  static constexpr Benchmark kUnknown{.name = "unknown", .since = Round::V1_0};
  Registry<Benchmark>& all = benchmarks();
  const Registry<Benchmark> before = all;
  all.add(kUnknown);
  SampleLog log = cosmoflow_log("closed");
  log.set("submission_benchmark", "unknown");
  const fs::path path = write("logs/result_0.txt", log.text());
  const json report = check({path, path.parent_path()}, 1);
  EXPECT_EQ(report[0]["verdict"], "not judged");
  EXPECT_EQ(report[0]["findings"], json::array());
  EXPECT_EQ(report[0]["warnings"][0]["rule"], "unknown-rules");
  EXPECT_EQ(report[2]["kind"], "directory");
  EXPECT_EQ(report[2]["verdict"], "not judged");
  log.erase("run_stop");
  EXPECT_EQ(check({write("logs/result_0.txt", log.text())}, 1)[0]["verdict"], "not compliant");
  all = before;
}

TEST_F(CheckReport, OfOwnNetworksSaysPassedOrFailedAndNeverCompliant) {
  SampleLog log = common_log("open", "digits", 60000, 10000);
  log.add("target", ">= 0.98").add("eval_accuracy", 0.99, {{"epoch_num", 1}});
  const fs::path path = write("run/result.txt", finished(log).text());
  const CheckOptions own{.own = true};
  for (const json& one : check({path, path.parent_path()}, 0, own)) EXPECT_EQ(one["verdict"], "own: passed");
  EXPECT_EQ(check({path}, 1)[0]["verdict"], "not compliant") << "no round has it";
  log.set("eval_accuracy", 0.5);
  EXPECT_EQ(check({write("run/result.txt", finished(log).text())}, 1, own)[0]["verdict"], "own: failed");
  EXPECT_EQ(check({write("result.txt", cosmoflow_log("closed").text())}, 1, own)[0]["verdict"],
            "own: failed");
}

TEST_F(CheckReport, OfACompliantLogIsOneElementWithoutFindings) {
  const fs::path path = write("run.log", cosmoflow_log("closed").text());
  EXPECT_EQ(check({path}, 0), json::array({{{"path", path.string()},
                                            {"kind", "log"},
                                            {"round", "3.0"},
                                            {"verdict", "compliant"},
                                            {"findings", json::array()},
                                            {"warnings", json::array()}}}));
}

TEST_F(CheckReport, GivesEachFindingItsSixMembers) {
  SampleLog log = cosmoflow_log("closed");
  log.set("submission_status", "cloudy");
  log.erase("run_stop");
  const fs::path path = write("run.log", log.text());
  const json result = check({path}, 1, {Round::V1_0, {}});
  EXPECT_EQ(result[0]["verdict"], "not compliant");
  EXPECT_EQ(result[0]["round"], "1.0");
  EXPECT_EQ(result[0]["findings"], json::array({{{"rule", "bad-value"},
                                                 {"file", path.string()},
                                                 {"key", "submission_status"},
                                                 {"line", 4},
                                                 {"expected", "cloud, onprem, preview or research"},
                                                 {"found", "\"cloudy\""}},
                                                {{"rule", "missing-key"},
                                                 {"file", path.string()},
                                                 {"key", "run_stop"},
                                                 {"line", nullptr},
                                                 {"expected", "once"},
                                                 {"found", "none"}}}));
}

TEST_F(CheckReport, JudgesEveryLogBelowADirectoryAndEachDirectoryThatHoldsSome) {
  const std::string good = cosmoflow_log("closed").text();
  for (const char* name :
       {"a/result_10.txt", "a/result_2.txt", "a/README.txt", "a/.DS_Store", "b/result.txt"}) {
    write(name, good);
  }
  write("a/pruned_results/result_0.txt", good);
  std::vector<std::string> paths, kinds;
  for (const json& element : check({root_}, 0)) {
    paths.push_back(fs::relative(element["path"].get<std::string>(), root_).string());
    kinds.push_back(element["kind"]);
  }
  EXPECT_THAT(paths, ElementsAre("a/result_2.txt", "a/result_10.txt", "a", "a/pruned_results/result_0.txt",
                                 "a/pruned_results", "b/result.txt", "b"));
  EXPECT_THAT(kinds, ElementsAre("log", "log", "directory", "log", "directory", "log", "directory"));
}

TEST_F(CheckReport, AllowsADirectoryOneNonCompliantLog) {
  write("result_0.txt", cosmoflow_log("closed").text());
  write("result_1.txt", non_compliant());
  EXPECT_EQ(check({root_}, 1)[2]["verdict"], "compliant");
  write("result_2.txt", "no log at all");
  const json result = check({root_}, 1);
  EXPECT_EQ(result[2]["findings"][0]["rule"], "no-entries");
  EXPECT_EQ(result[3]["verdict"], "not compliant");
  EXPECT_EQ(result[3]["findings"][0]["rule"], "too-many-failed-logs");
}

TEST_F(CheckReport, RefusesWhatIsNoLog) {
  const fs::path binary = write("binary", std::string("\x7f"
                                                      "ELF\0\xff\r\n\0",
                                                      9));
  const fs::path empty = write("empty", "");
  fs::create_directories(root_ / "directory");
  for (const fs::path& path : {root_ / "missing", root_ / "directory", fs::path("/dev/null")})
    EXPECT_THROW(check_paths(std::vector{path}, {}), InputError) << path;
  for (const fs::path& path : {binary, empty}) {
    const auto judged = check_paths(std::vector{path}, {});
    EXPECT_THROW(require_logs(judged), InputError) << path;
    EXPECT_EQ(check({path}, 1)[0]["findings"][0]["rule"], "no-entries");
  }
  EXPECT_NO_THROW(
      require_logs(check_paths(std::vector{write("directory/result_0.txt", "").parent_path()}, {})));
}

TEST_F(CheckReport, SurvivesALogWhosePathAndTextsAreNoUtf8) {
  const fs::path path = write("run\xff.log", non_compliant() + ":::MLLOG {\"\xc3\x28\xff\":}\n");
  EXPECT_EQ(check({path}, 1)[0]["findings"].size(), 3U);
}

// A stream of one stored block, with its checksum.
std::string gzip_of(const std::string& text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  const auto little = [](std::uint32_t number, int bytes) {
    std::string encoded;
    for (int i = 0; i < bytes; ++i) encoded += static_cast<char>(number >> (8 * i));
    return encoded;
  };
  const auto size = static_cast<std::uint32_t>(text.size());
  return std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x01", 11) + little(size, 2) + little(~size, 2) + text +
         little(~crc, 4) + little(size, 4);
}

TEST_F(CheckReport, ReadsALogThatGzipCompressedAndSaysSo) {
  const std::string log = cosmoflow_log("closed").text();
  const std::string half = log.substr(0, 1000), rest = log.substr(1000);
  for (const std::string& bytes : {gzip_of(log), gzip_of(half) + gzip_of(rest)}) {
    const json result = check({write("run.gz", bytes)}, 0);
    ASSERT_EQ(result[0]["warnings"].size(), 1U);
    EXPECT_EQ(result[0]["warnings"][0]["rule"], "compressed");
    EXPECT_EQ(result[0]["warnings"][0]["found"], "gzip");
  }
  std::string damaged = gzip_of(log);
  damaged[700] ^= 1;
  const auto problem_of = [&](const std::string& bytes) -> std::string {
    try {
      check_paths(std::vector{write("bad.gz", bytes)}, {});
    } catch (const InputError& error) {
      return error.problem();
    }
    return "";
  };
  EXPECT_EQ(problem_of(damaged), "this gzip file is damaged");
  EXPECT_EQ(problem_of(gzip_of(log).substr(0, 2000)), "this gzip file is cut short");
  EXPECT_EQ(problem_of("\x1f\x8b\x08"), "this gzip file is cut short");
}

TEST_F(CheckReport, SaysOfALogInUtf16ThatItIs) {
  for (const bool big_endian : {false, true}) {
    std::string wide = big_endian ? "\xfe\xff" : "\xff\xfe";
    for (const char c : cosmoflow_log("closed").text()) {
      if (big_endian) wide += '\0';
      wide += c;
      if (!big_endian) wide += '\0';
    }
    const fs::path path = write("a/result_0.txt", wide);
    try {
      check_paths(std::vector{path}, {});
      ADD_FAILURE() << "it is taken for a log";
    } catch (const InputError& error) {
      EXPECT_THAT(error.problem(), HasSubstr("UTF-16"));
      EXPECT_THAT(error.fix(), HasSubstr("iconv"));
    }
    const json result = check({root_ / "a"}, 1);
    EXPECT_EQ(result[0]["findings"][0]["rule"], "unreadable");
    EXPECT_THAT(result[0]["findings"][0]["found"], HasSubstr("UTF-16"));
  }
}

TEST_F(CheckReport, PrintsNoTimeThatCannotBe) {
  SampleLog log = cosmoflow_log("closed");
  log.line("run_stop").after_seconds = -400;
  std::ostringstream out;
  EXPECT_EQ(report(check_paths(std::vector{write("run.log", log.text())}, {}), false, out), 0);
  EXPECT_THAT(out.str(),
              HasSubstr("(closed cosmoflow, with times that can't be; rules 3.0)\n"
                        "    warning: stop-before-start run_stop, line 33: expected a time after that "
                        "of run_start; found 6.35 minutes before run_start\n"));
}

TEST_F(CheckReport, JudgesByTheDivisionAskedFor) {
  SampleLog log = cosmoflow_log("open");
  log.erase("number_of_nodes");
  const fs::path path = write("run.log", log.text());
  check({path}, 0);
  EXPECT_EQ(check({path}, 1, {Round::V3_0, Division::Closed})[0]["findings"][0]["key"], "number_of_nodes");
}

TEST_F(CheckReport, SaysTheSameToATerminalInOneLineForEachFinding) {
  SampleLog log = cosmoflow_log("closed");
  log.set("submission_benchmark", "\x1b[31mresnet");
  const fs::path path = write("run.log", log.text());
  std::ostringstream out;
  EXPECT_EQ(report(check_paths(std::vector{path}, {}), false, out), 1);
  EXPECT_EQ(out.str(), fmt::format("not compliant  {}  (closed \\u001b[31mresnet, 0.33 minutes; rules 3.0)\n"
                                   "    finding: bad-value submission_benchmark, line 5: expected cosmoflow, "
                                   "deepcam, oc20 or openfold (or a network of one's own, by check --own); "
                                   "found \"\\u001b[31mresnet\"\n",
                                   path.string()));
}

}  // namespace
}  // namespace tessera
