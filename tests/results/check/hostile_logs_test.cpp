// Logs made to hurt: the time and the memory of reading them stay bounded, and what is wrong is said.

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <istream>
#include <streambuf>

#include "results/check/log_reader.hpp"
#include "results/check/run_rules.hpp"
#include "results/log/log_lines.hpp"
#include "results/sample_log.hpp"

namespace tessera {
namespace {

/// A text repeated many times, made while it is read.
class Repeated : public std::streambuf {
 public:
  Repeated(std::string text, std::size_t times) : text_(std::move(text)), times_(times) {}

 private:
  int_type underflow() override {
    if (times_ == 0) return traits_type::eof();
    --times_;
    setg(text_.data(), text_.data(), text_.data() + text_.size());
    return traits_type::to_int_type(*gptr());
  }

  std::string text_;
  std::size_t times_;
};

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// Reads it, and sees that the process grows by no more than 32 MB over what it had at its largest before.
RunRecord read_in_little_memory(const std::string& text, std::size_t times) {
  Repeated repeated(text, times);
  std::istream in(&repeated);
  const long before = peak_kilobytes();
  RunRecord run = read_log(in, "hostile");
  EXPECT_LT(peak_kilobytes() - before, 32 << 10);
  return run;
}

std::string entry(const std::string& key, const std::string& value) {
  return R"(:::MLLOG {"key": ")" + key + R"(", "value": )" + value +
         R"(, "metadata": {"epoch_num": 1}, "time_ms": 1})";
}

TEST(HostileLogs, MayHoldALineOfAGigabyte) {
  constexpr std::size_t kMegabyte = 1 << 20;
  EXPECT_EQ(read_in_little_memory(std::string(kMegabyte, 'x'), 1024).entry_lines, 0U);
}

TEST(HostileLogs, MayHoldAnEntryOfManyMegabytes) {
  const RunRecord run = read_in_little_memory(entry("seed", "\"") + std::string(1 << 20, 'x'), 1);
  EXPECT_EQ(run.malformed_lines, 1U);
  EXPECT_THAT(run.malformed[0].problem, testing::HasSubstr("more than 1048576 bytes"));
  // All tokens of one line: the last alone counts.
  EXPECT_EQ(read_in_little_memory(":::MLLOG {\"key\": ", 1'000'000).malformed_lines, 1U);
}

TEST(HostileLogs, MayRepeatAnEntryEndlessly) {
  constexpr std::size_t kTimes = 200'000;
  for (const char* key : {"eval_error", "throughput", "submission_org"}) {
    const RunRecord run = read_in_little_memory(entry(key, "0.2") + "\n", kTimes);
    EXPECT_EQ(run.entry_lines, kTimes);
    EXPECT_EQ(run.malformed_lines, 0U);
  }
}

TEST(HostileLogs, MayHoldEndlesslyManyMalformedLines) {
  constexpr std::size_t kTimes = 200'000;
  const RunRecord run = read_in_little_memory(":::MLLOG {\n", kTimes);
  const Verdict verdict = check(run, Round::V3_0);
  EXPECT_EQ(run.malformed_lines, kTimes);
  EXPECT_LT(verdict.findings.size(), kMalformedLinesKept + 50);
  EXPECT_THAT(verdict.findings, testing::Contains(testing::Field(&Finding::found, "199900 more such lines")));
}

TEST(HostileLogs, AreJudgedByTheirOtherEntriesAmongManyThatDiffer) {
  std::string text = cosmoflow_log("closed").text();
  for (int i = 0; i < 20'000; ++i) text += entry("eval_error", std::to_string(1 + i)) + "\n";
  std::istringstream in(text);
  const RunRecord run = read_log(in, "hostile");
  EXPECT_TRUE(check(run, Round::V3_0).compliant());
  EXPECT_EQ(run.of(LogKey::EvalError).count, 20'002U);
}

}  // namespace
}  // namespace tessera
