#include "submissions/package_check.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "results/sample_power.hpp"
#include "submissions/check_paths.hpp"
#include "submissions/package_layout.hpp"
#include "submissions/sample_package.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> rules(const std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings) names.push_back(finding.rule);
  return names;
}

Judged judged(const fs::path& package, Round round = Round::V3_0) {
  const std::vector<Judged> all = judge_package(package, {round, {}});
  EXPECT_EQ(all.back().kind, Judged::Package);
  return all.back();
}
std::vector<std::string> findings(const SamplePackage& package, Round round = Round::V3_0) {
  return rules(judged(package.root, round).verdict.findings);
}
std::vector<std::string> warnings(const SamplePackage& package) {
  return rules(judged(package.root).verdict.warnings);
}

TEST(PackageCheck, PassesCompletePackagesOfBothDivisionsModesAndLayouts) {
  for (const char* division : {"closed", "open"})
    for (const char* mode : {"strong/", "weak/", ""})
      for (const Round round : {Round::V1_0, Round::V2_0, Round::V3_0}) {
        SamplePackage package(division, 10, mode);
        for (int i = 0; i < 10 && round != Round::V3_0; ++i) {  // staging was part of the run before 3.0
          SampleLog log = SamplePackage::log(division, i);
          log.erase("staging_start");
          log.erase("staging_stop");
          package.write_log(i, log);
        }
        const Judged verdict = judged(package.root, round);
        EXPECT_THAT(rules(verdict.verdict.findings), IsEmpty()) << division << mode;
        if (mode == std::string("weak/"))
          EXPECT_THAT(rules(verdict.verdict.warnings), ElementsAre("no-time-to-solution")) << division;
        else
          EXPECT_THAT(rules(verdict.verdict.warnings), IsEmpty()) << division << mode;
      }
}

TEST(PackageCheck, GivesAnElementToEachLogThenItsDirectoryAndLastThePackage) {
  const SamplePackage package("open");
  const std::vector<Judged> all = judge_package(package.root, {});
  ASSERT_EQ(all.size(), 12U);
  EXPECT_EQ(all[9].path, package.path_of_log(9));
  EXPECT_EQ(all[10].kind, Judged::Directory);
  EXPECT_EQ(all[11].path, package.root);
}

TEST(PackageCheck, WantsExactlyAsManyStrongLogsAndAtLeastAsManyWeakOnes) {
  EXPECT_THAT(findings(SamplePackage("open", 9)), ElementsAre("wrong-run-count"));
  EXPECT_THAT(findings(SamplePackage("open", 11)), ElementsAre("wrong-run-count"));
  EXPECT_THAT(findings(SamplePackage("open", 9, "")), ElementsAre("wrong-run-count"));
  EXPECT_THAT(findings(SamplePackage("open", 9, "weak/")), ElementsAre("wrong-run-count"));
  EXPECT_THAT(findings(SamplePackage("open", 11, "weak/")), IsEmpty());
}

TEST(PackageCheck, CountsFilesByTheirNumberedNamesAloneAndWarnsOfOthers) {
  const SamplePackage package("open");
  fs::rename(package.path_of_log(0), package.results / "result.txt");
  package.write(package.results / "README", "");
  EXPECT_THAT(findings(package), ElementsAre("wrong-run-count"));
  EXPECT_THAT(warnings(package), ElementsAre("unknown-file", "unknown-file"));
}

TEST(PackageCheck, TakesNoResultBesideNumberedOnesForARun) {
  const SamplePackage package("closed");
  SampleLog other = SamplePackage::log("closed", 100);  // the first log's seed
  other.set("global_batch_size", 128);
  other.erase("init_stop");
  package.write(package.results / "result.txt", other.text());
  EXPECT_THAT(findings(package), IsEmpty());
  EXPECT_THAT(warnings(package), ElementsAre("unknown-file"));
  SampleLog failed = SamplePackage::log("closed", 101);
  failed.erase("init_stop");
  package.write_log(1, failed);  // the one that may
  EXPECT_THAT(findings(package), IsEmpty());
}

TEST(PackageCheck, OfTheClosedDivisionRefusesLogsThatDoNotTellTheirEpochs) {
  for (const char* division : {"closed", "open"}) {
    const SamplePackage package(division);
    SampleLog log = SamplePackage::log(division, 1);
    log.line("eval_error").metadata = {{"epoch_num", "40"}};
    package.write_log(3, log);
    EXPECT_THAT(findings(package), testing::Conditional(division == std::string("closed"),
                                                        ElementsAre("convergence"), IsEmpty()));
    EXPECT_THAT(warnings(package), IsEmpty());
  }
}

TEST(PackageCheck, ComparesTheLastBatchSizesOfLogs) {
  const SamplePackage package("closed");
  for (int i = 0; i < 10; ++i) {
    SampleLog log = SamplePackage::log("closed", i);
    log.append_again("global_batch_size", i == 3 ? 128 : 64);
    package.write_log(i, log);
  }
  EXPECT_THAT(findings(package), Contains("differing-batch-sizes"));
}

TEST(PackageCheck, TellsSeedsFromLongFileNamesApart) {
  const SamplePackage package("closed");
  SampleLog log = SamplePackage::log("closed", 7);
  for (const int i : {1, 2}) {
    log.line("seed").metadata = {{"file", std::string(200, 'd') + std::to_string(i)}, {"lineno", 12}};
    package.write_log(i, log);
  }
  EXPECT_THAT(findings(package), IsEmpty());
  EXPECT_THAT(warnings(package), ElementsAre("repeated-seed"));
}

TEST(PackageCheck, AllowsOneLogOfADirectoryToFailAndNoMore) {
  const SamplePackage package("open");
  SampleLog log = SamplePackage::log("open", 1);
  log.erase("eval_error");
  package.write_log(0, log);
  EXPECT_THAT(findings(package), IsEmpty());
  package.write_log(1, log);
  EXPECT_THAT(findings(package), ElementsAre("too-many-failed-logs"));
}

TEST(PackageCheck, FailsLogsThatCannotBeOpened) {
  const SamplePackage package("open");
  fs::remove(package.path_of_log(3));
  fs::create_directory(package.path_of_log(3));
  EXPECT_THAT(findings(package), ElementsAre("unreadable-log"));
}

TEST(PackageCheck, OfTheClosedDivisionWantsSeedsThatAreWholeNumbers) {
  const auto with = [](const std::function<void(SampleLog&)>& change) {
    const SamplePackage package("closed");
    SampleLog log = SamplePackage::log("closed", 7);
    change(log);
    package.write_log(5, log);
    return findings(package);
  };
  EXPECT_THAT(with([](SampleLog& log) { log.erase("seed"); }), ElementsAre("no-seed"));
  for (const nlohmann::json& bad : {nlohmann::json("seven"), nlohmann::json(nullptr), nlohmann::json({1}),
                                    nlohmann::json("7.5"), nlohmann::json(""), nlohmann::json("1__0")})
    EXPECT_THAT(with([&](SampleLog& log) { log.set("seed", bad); }), ElementsAre("bad-seed")) << bad;
  for (const nlohmann::json& good : {nlohmann::json(-3), nlohmann::json(" 7 "), nlohmann::json(7.5),
                                     nlohmann::json(true), nlohmann::json("1_0"), nlohmann::json(1e300)})
    EXPECT_THAT(with([&](SampleLog& log) { log.set("seed", good); }), IsEmpty()) << good;
  EXPECT_THAT(with([](SampleLog& log) {
                log.line("seed").metadata = {{"file", "a"}};
              }),
              ElementsAre("bad-seed"));
}

TEST(PackageCheck, OfTheClosedDivisionRefusesASeedLoggedTwiceFromOnePlace) {
  for (const nlohmann::json& same : {nlohmann::json(102), nlohmann::json("0102"), nlohmann::json(102.0)}) {
    const SamplePackage package("closed");
    SampleLog log = SamplePackage::log("closed", 0);
    log.set("seed", same);
    package.write_log(5, log);
    EXPECT_THAT(findings(package), ElementsAre("repeated-seed")) << same;
    log.line("seed").metadata["lineno"] = 13;
    package.write_log(5, log);
    EXPECT_THAT(findings(package), IsEmpty()) << same;
    EXPECT_THAT(warnings(package), ElementsAre("repeated-seed")) << same;
  }
}

TEST(PackageCheck, OfTheClosedDivisionFailsAMalformedLogThatWouldElseBeTheOneAllowed) {
  for (const char* division : {"closed", "open"}) {
    const SamplePackage package(division);
    package.write(package.path_of_log(2), SamplePackage::log(division, 2).text() + ":::MLLOG {\n");
    EXPECT_THAT(findings(package),
                testing::Conditional(division == std::string("closed"), ElementsAre("no-seed"), IsEmpty()));
  }
}

TEST(PackageCheck, OfTheOpenDivisionAsksForNoSeeds) {
  const SamplePackage package("open");
  for (int i = 0; i < 10; ++i) package.write_log(i, SamplePackage::log("open", 1));
  EXPECT_THAT(findings(package), IsEmpty());
}

TEST(PackageCheck, TakesTheDivisionFromTheSystemDescriptionAndWarnsWhereLogsDiffer) {
  const SamplePackage package("open");
  package.write(package.root / "systems/system.json", to_text(SamplePackage::system("closed")));
  for (int i = 0; i < 10; ++i) package.write_log(i, SamplePackage::log("open", 1));
  EXPECT_THAT(findings(package), Contains("repeated-seed"));
  EXPECT_THAT(warnings(package), Contains("differing-division").Times(10));
}

TEST(PackageCheck, OfTheClosedDivisionWantsOneBatchSizeAndOneBenchmark) {
  for (const char* division : {"closed", "open"}) {
    const SamplePackage package(division);
    SampleLog log = SamplePackage::log(division, 1);
    log.set("global_batch_size", 128);
    package.write_log(1, log);
    const Judged verdict = judged(package.root);
    const bool closed = division == std::string("closed");
    EXPECT_THAT(rules((closed ? verdict.verdict.findings : verdict.verdict.warnings)),
                Contains("differing-batch-sizes"));
    EXPECT_EQ(verdict.verdict.compliant(), !closed);
  }
  const SamplePackage package("closed");
  SampleLog log = deepcam_log("closed");
  log.line("seed").metadata = {{"file", "a"}, {"lineno", 1}};
  package.write_log(1, log);
  EXPECT_THAT(findings(package), Contains("differing-benchmarks"));
  EXPECT_THAT(warnings(package), Contains("differing-benchmark"));
}

/// What a package is warned of where its description and its logs give these sizes, and the key concerned.
std::vector<std::string> warnings_of_sizes(const std::string& mode, const char* nodes,
                                           const char* accelerators,
                                           const std::function<void(SampleLog&, int)>& change) {
  const SamplePackage package("closed", 10, mode);
  SystemDescription system = SamplePackage::system("closed");
  system.fields["number_of_nodes"] = nodes;
  system.fields["accelerators_per_node"] = accelerators;
  package.write(package.root / "systems/system.json", to_text(system));
  for (int i = 0; i < 10; ++i) {
    SampleLog log = SamplePackage::log("closed", i);
    change(log, i);
    package.write_log(i, log);
  }
  const Judged verdict = judged(package.root);
  EXPECT_TRUE(verdict.verdict.compliant());
  std::vector<std::string> found;
  for (const Finding& warning : verdict.verdict.warnings)
    if (warning.rule != "no-time-to-solution")
      found.push_back(fmt::format("{} {}: {}, found {}", warning.rule, warning.key,
                                  warning.expected.substr(0, warning.expected.find(", as ")), warning.found));
  return found;
}

TEST(PackageCheck, WarnsOfSizesThatLogsAndDescriptionDoNotShare) {
  const auto none = [](SampleLog&, int) {};
  const auto set = [](const char* key, int log, int value) {
    return [=](SampleLog& changed, int i) {
      if (i == log) changed.set(key, value);
    };
  };
  EXPECT_THAT(warnings_of_sizes("strong/", "2", "0", none), IsEmpty());
  EXPECT_THAT(warnings_of_sizes("strong/", "", "N/A", none), IsEmpty());
  EXPECT_THAT(warnings_of_sizes("strong/", "64", "0", none),
              ElementsAre("differing-size number_of_nodes: 64, found 2 (and 9 more such logs)"));
  EXPECT_THAT(warnings_of_sizes("strong/", "2", "8", none),
              ElementsAre("differing-size accelerators_per_node: 8, found 0 (and 9 more such logs)"));
  EXPECT_THAT(warnings_of_sizes("strong/", "2", "1", none), IsEmpty());  // counted alike
  EXPECT_THAT(warnings_of_sizes("strong/", "", "", set("number_of_nodes", 4, 3)),
              ElementsAre("differing-size number_of_nodes: 2, found 3"));
  EXPECT_THAT(warnings_of_sizes("weak/", "20", "0", none), IsEmpty());
  EXPECT_THAT(warnings_of_sizes("weak/", "20", "0", set("number_of_nodes", 4, 21)),
              ElementsAre("differing-size number_of_nodes: at most 20, found 21",
                          testing::StartsWith("differing-size number_of_nodes: models side by side")));
}

TEST(PackageCheck, WarnsOfModelsThatHadMoreNodesAtATimeThanTheSystem) {
  const auto at_once = [](SampleLog&, int) {};
  const auto in_turn = [](SampleLog& log, int i) { log.line("submission_org").after_seconds = 1000.0 * i; };
  EXPECT_THAT(warnings_of_sizes("weak/", "19", "0", at_once),
              ElementsAre(testing::EndsWith("found 20 at the same time")));
  EXPECT_THAT(warnings_of_sizes("weak/", "2", "0", in_turn), IsEmpty());
}

TEST(PackageCheck, WarnsOfAThroughputWhoseSizesCannotBe) {
  // Ten models of two nodes each, on 21 nodes.
  const auto found =
      warnings_of_sizes("weak/", "21", "0", [](SampleLog& log, int i) { log.line("seed").value = i; });
  ASSERT_THAT(
      found,
      ElementsAre(testing::StartsWith("throughput-sizes : S <= T <= M * S, found all models together")));
}

/// Each log of a package is measured, the power in each reading with this metadata.
void measure(const SamplePackage& package, const nlohmann::json& metadata = nlohmann::json::object()) {
  SamplePower log;
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(0, "power_measurement_start");
  log.at(1, "power_reading", 100, metadata).at(100, "power_measurement_stop");
  for (int i = 0; i < 10; ++i)
    log.write(package.results / "power" / fmt::format("result_{}", i) / "node_0.txt");
}

TEST(PackageCheck, TakesPowerLogsAndAllowsThoseOfOneRunToFail) {
  SamplePackage package("closed");
  measure(package);
  EXPECT_THAT(findings(package), IsEmpty());
  EXPECT_THAT(warnings(package), IsEmpty());
  fs::remove_all(package.results / "power/result_3");
  EXPECT_THAT(findings(package), IsEmpty());
  fs::remove_all(package.results / "power/result_4");
  EXPECT_THAT(findings(package), ElementsAre("too-many-failed-logs"));
  EXPECT_THAT(findings(package, Round::V2_0), Not(Contains("no-power-folder")));
}

TEST(PackageCheck, RefusesPowerOfAPartOfTheNodes) {
  SamplePackage package("open");
  measure(package, {{"covers", "processor packages"}});
  EXPECT_THAT(findings(package), ElementsAre("partial-power"));
}

TEST(PackageCheck, WarnsOfAThroughputWithoutATimeToSolutionOfItsBenchmark) {
  SamplePackage package("open", 10, "weak/");
  EXPECT_THAT(warnings(package), ElementsAre("no-time-to-solution"));
  package.results = package.root / "results/system/strong/cosmoflow";
  for (int i = 0; i < 10; ++i) package.write_log(i, SamplePackage::log("open", i));
  EXPECT_THAT(warnings(package), IsEmpty());
  fs::remove(package.path_of_log(0));
  EXPECT_THAT(warnings(package), ElementsAre("no-time-to-solution")) << "nine runs have no score";
}

/// Gives a closed package runs that converge faster than the reference, and have one seed twice.
void make_fast(const SamplePackage& package, Round round) {
  for (int i = 0; i < 10; ++i) {
    SampleLog log = SamplePackage::log("closed", std::max(i, 1));
    if (round != Round::V3_0)
      for (const char* key : {"staging_start", "staging_stop"}) log.erase(key);
    for (const char* key : {"epoch_start", "epoch_stop", "eval_start", "eval_stop", "eval_error"})
      log.line(key).metadata = {{"epoch_num", 3}};
    package.write_log(i, log);
  }
}

struct Params {
  std::string place, text;  // relative to the package
  Round round;
  std::vector<std::string> left;  // findings
};

// The tool compares a line with its end, the scripts of 2.0 and 3.0 read lines that end.
TEST(PackageCheck, PassesOverWhatIsAskedForAsFarAsTheOfficialToolDoes) {
  const std::string benchmark = "results/system/strong/cosmoflow", system = "results/system";
  const std::vector<std::string> all{"repeated-seed", "convergence"}, seeds{"repeated-seed"},
      fast{"convergence"};
  const std::vector<Params> cases{{benchmark, "rcp-bypass", Round::V3_0, seeds},
                                  {benchmark, "rcp-bypass", Round::V1_0, seeds},
                                  {benchmark, "rcp-bypass\n", Round::V3_0, all},
                                  {benchmark, "rcp_bypass", Round::V3_0, all},
                                  {benchmark, "seed-checker-bypass", Round::V3_0, fast},
                                  {benchmark, "rcp-bypass\nseed-checker-bypass", Round::V3_0, fast},
                                  {system, "rcp-bypass", Round::V2_0, seeds},
                                  {system, " rcp-bypass", Round::V2_0, all},
                                  {"", "rcp-bypass\n", Round::V3_0, seeds},
                                  {"", "rcp_bypass\nseed-checker-bypass\n", Round::V2_0, {}},
                                  {"", "rcp-bypass", Round::V3_0, all},
                                  {"", "rcp-bypass\n", Round::V1_0, all},
                                  {"results", "rcp-bypass", Round::V3_0, all}};
  for (const Params& one : cases) {
    const SamplePackage package("closed");
    make_fast(package, one.round);
    package.write(package.root / one.place / "package_checker_params", one.text);
    EXPECT_EQ(findings(package, one.round), one.left) << one.place << " " << one.text;
  }
}

TEST(PackageCheck, SaysWhoAsksForABypassAndWhatIsPassedOver) {
  const SamplePackage package("closed");
  make_fast(package, Round::V3_0);
  package.write(package.results / "package_checker_params", "rcp-bypass\nother\nseed-checker-bypass");
  std::vector<std::string> texts;
  for (const Finding& warning : judged(package.root).verdict.warnings)
    texts.push_back(warning.rule + ": " + warning.found);
  EXPECT_THAT(
      texts,
      testing::IsSupersetOf<testing::Matcher<std::string>>(
          {"bypass-asked: rcp-bypass, asked for by the benchmark's directory: not followed, the official "
           "tool takes a last line without an end alone",
           "bypass-asked: seed-checker-bypass, asked for by the benchmark's directory: followed",
           "unknown-params: \"other\"",
           testing::AllOf(testing::StartsWith("repeated-seed: 1"), HasSubstr("passed over, as asked for"))}));
}

TEST(PackageCheck, PassesOverNoRunsThatDidNotConverge) {
  const SamplePackage package("closed");
  for (int i = 0; i < 2; ++i) {
    SampleLog log = SamplePackage::log("closed", i);
    log.line("run_stop").metadata = {{"status", "aborted"}};
    package.write_log(i, log);
  }
  package.write(package.results / "package_checker_params", "rcp-bypass");
  EXPECT_THAT(findings(package), ElementsAre("convergence"));
}

TEST(PackageCheck, TakesAFileWithoutEntriesForALogThatIsNotCompliant) {
  for (const char* text : {"", "no log\n"}) {
    const SamplePackage package("open");
    package.write(package.path_of_log(3), text);
    const std::vector<Judged> all = judge_package(package.root, {});
    EXPECT_THAT(rules(all[3].verdict.findings), ElementsAre("no-entries"));
    EXPECT_TRUE(all.back().verdict.compliant()) << "one log may fail";
    package.write(package.path_of_log(4), text);
    EXPECT_THAT(findings(package), ElementsAre("too-many-failed-logs"));
  }
}

TEST(PackageCheck, FailsLogsThatAreCompressedOrInUtf16) {
  for (const std::string& bytes : {std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20),
                                   std::string("\xff\xfe:\0:\0:\0M\0L\0L\0O\0G\0 \0", 20)}) {
    const SamplePackage package("open");
    package.write(package.path_of_log(3), bytes);
    EXPECT_THAT(findings(package), ElementsAre("unreadable-log"));
  }
}

TEST(PackageCheck, OfTheClosedDivisionRefusesRunsThatConvergeFasterThanTheReference) {
  for (const char* division : {"closed", "open"}) {
    const SamplePackage package(division);
    for (int i = 0; i < 10; ++i) {
      SampleLog log = SamplePackage::log(division, i);
      log.line("eval_error").metadata = {{"epoch_num", 5}};
      package.write_log(i, log);
    }
    EXPECT_THAT(findings(package), testing::Conditional(division == std::string("closed"),
                                                        ElementsAre("convergence"), IsEmpty()));
  }
}

TEST(PackageCheck, WantsASystemDescriptionWithAllFieldsForEachSystem) {
  const SamplePackage package("open");
  const fs::path file = package.root / "systems/system.json";
  const SystemDescription whole = SamplePackage::system("open");
  SystemDescription system = whole;
  system.fields.erase("cooling");
  package.write(file, to_text(system));
  EXPECT_THAT(findings(package), ElementsAre("missing-field"));
  system = whole;
  system.fields["framework"] = nullptr;
  package.write(file, to_text(system));
  EXPECT_THAT(findings(package), ElementsAre("not-a-text"));
  system = whole;
  system.fields["system_name"] = "other";
  package.write(file, to_text(system));
  EXPECT_THAT(findings(package), IsEmpty());
  EXPECT_THAT(warnings(package), ElementsAre("differing-name"));
  package.write(file, "{");
  EXPECT_THAT(findings(package), ElementsAre("bad-system-description"));
  fs::remove(file);
  EXPECT_THAT(findings(package), ElementsAre("bad-system-description"));
}

TEST(PackageCheck, JudgesSystemDescriptionsWithoutResultsToo) {
  const SamplePackage package("open");
  package.write(package.root / "systems/second.json", "{}");
  EXPECT_THAT(findings(package), Contains("missing-field").Times(33));
}

TEST(PackageCheck, RefusesNamesSizesAndLinksThatARepositoryWouldNotTake) {
  const SamplePackage package("open");
  const fs::path code = package.root / "benchmarks/cosmoflow/implementations";
  package.write(code / "a b.txt", "");
  package.write(code / ".hidden/c", "");
  package.write(code / ".DS_Store", "");
  fs::create_symlink("nowhere", code / "broken");
  fs::create_symlink("loop", code / "loop");
  fs::create_symlink("tessera", code / "link");
  fs::create_symlink("..", code / "above");
  package.write(code / "just", "");
  package.write(code / "large", "");
  fs::resize_file(code / "just", 50U << 20U);
  fs::resize_file(code / "large", (50U << 20U) + 1);
  fs::create_symlink("large", code / "to-large");
  EXPECT_THAT(findings(package), testing::UnorderedElementsAre("bad-name", "bad-name", "bad-name",
                                                               "broken-link", "broken-link", "large-file"));
}

TEST(PackageCheck, NamesAHundredBadFilesAndCountsTheRest) {
  const SamplePackage package("open");
  for (int i = 0; i < 150; ++i) package.write(package.root / "benchmarks" / fmt::format(".{}", i), "");
  const Judged verdict = judged(package.root);
  EXPECT_EQ(verdict.verdict.findings.size(), 101U);
  EXPECT_EQ(verdict.verdict.findings.back().found, "150 of them");
}

TEST(PackageCheck, RefusesAScalingThatIsNeitherStrongNorWeak) {
  const SamplePackage package("open");
  fs::rename(package.root / "results/system/strong", package.root / "results/system/Strong");
  EXPECT_THAT(findings(package), ElementsAre("unknown-scaling"));
}

TEST(PackageCheck, PassesOverBenchmarksThatTheRoundDoesNotHave) {
  const SamplePackage package("open");
  package.write(package.root / "results/system/strong/resnet/result_0.txt", "");
  package.write(package.root / "results/system/strong/openfold/README.txt", "");
  EXPECT_THAT(findings(package, Round::V1_0), testing::Not(Contains("wrong-run-count")));
  EXPECT_THAT(findings(package), ElementsAre("wrong-run-count"));
  EXPECT_THAT(warnings(package), Contains("unknown-benchmark"));
}

TEST(PackageCheck, WarnsOfAScalingFileWithoutAFactor) {
  const SamplePackage package("open");
  package.write(package.results / "scaling.json", R"({"scaling_factor": 1.05})");
  EXPECT_THAT(findings(package), IsEmpty());
  EXPECT_THAT(warnings(package), IsEmpty());
  for (const char* bad : {"", "[]", "{}", R"({"scaling_factor": 0})", R"({"scaling_factor": "1"})"}) {
    package.write(package.results / "scaling.json", bad);
    EXPECT_THAT(findings(package), IsEmpty()) << bad;
    EXPECT_THAT(warnings(package), ElementsAre("bad-scaling")) << bad;
  }
}

TEST(PackageCheck, LeavesPrunedLogsOutOfThePackagesVerdictButJudgesThem) {
  const SamplePackage package("closed", 10, "weak/");
  package.write(package.results / "pruned_results/result_0.txt", "");
  const std::vector<Judged> all = judge_package(package.root, {});
  EXPECT_TRUE(all.back().verdict.compliant());
  EXPECT_EQ(std::ranges::count(all, Judged::Log, &Judged::kind), 11);
}

TEST(PackageCheck, SurvivesTreesThatHaveLittleToDoWithPackages) {
  const SamplePackage package("closed");
  const fs::path results = package.root / "results";
  fs::create_symlink(".", results / "loop");
  fs::create_symlink("..", package.results / "up");
  mkfifo((package.results / "result_77.txt").c_str(), 0600);
  package.write(results / "file", "");
  package.write(package.root / "systems/dir.json/x", "");
  EXPECT_FALSE(judged(package.root).verdict.compliant());

  const TemporaryDirectory other;
  fs::create_directories(other / "systems");
  package.write(other / "benchmarks", "");
  EXPECT_FALSE(is_package(other.path()));
  package.write(other / "results", "no directory");
  fs::remove(other / "benchmarks");
  fs::create_directories(other / "benchmarks");
  EXPECT_THAT(rules(judged(other.path()).verdict.findings), Contains("no-results"));
}

TEST(PackageCheck, NamesDirectoriesThatCannotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const SamplePackage package("open");
  fs::permissions(package.results, fs::perms::none);
  const std::vector<std::string> found = findings(package);
  fs::permissions(package.results, fs::perms::owner_all);
  EXPECT_THAT(found, testing::UnorderedElementsAre("wrong-run-count", "unreadable"));
}

TEST(CheckPaths, JudgesThePackagesOfARoundAndTheLogsBesideThem) {
  const SamplePackage package("open");
  const fs::path round = package.root.parent_path();
  fs::create_directory(round / ".git");
  package.write(round / "runs/result.txt", SamplePackage::log("open", 1).text());
  package.write(round / "README", "");
  const std::vector<Judged> all = check_paths_and_packages(std::vector{round}, {});
  EXPECT_EQ(std::ranges::count(all, Judged::Package, &Judged::kind), 1);
  EXPECT_EQ(all.back().path, round / "runs");
  EXPECT_TRUE(std::ranges::all_of(all, [](const Judged& one) { return one.verdict.compliant(); }));
}

TEST(CheckPaths, JudgesDirectoriesOfLogsAsBefore) {
  const SamplePackage package("open");
  const std::vector<Judged> all = check_paths_and_packages(std::vector{package.results}, {});
  EXPECT_EQ(all.size(), 11U);
  EXPECT_EQ(all.back().kind, Judged::Directory);
}

}  // namespace
}  // namespace tessera
