#include "submissions/package.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "models/base/error.hpp"
#include "results/sample_power.hpp"
#include "submissions/sample_package.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Runs as they lie in a campaign's directory: run_1/result.txt, ...
class PackageWriting : public testing::Test {
 protected:
  fs::path write_runs(const std::string& name, const std::string& division, int count) const {
    for (int i = 1; i <= count; ++i)
      SamplePackage::write(work / name / fmt::format("run_{}", i) / "result.txt",
                           SamplePackage::log(division, i).text());
    return work / name;
  }
  static PackageContents contents(const std::vector<fs::path>& strong,
                                  const std::vector<fs::path>& weak = {}) {
    SystemDescription system = SamplePackage::system("");
    return {.organisation = "Example",
            .system = system,
            .strong = logs_at(strong),
            .weak = weak.empty() ? std::vector<fs::path>() : logs_at(weak),
            .implementation = {},
            .notes = "notes"};
  }
  fs::path output() const { return work / "out"; }
  static bool is_empty(const fs::path& directory) {
    return !fs::exists(directory) || fs::is_empty(directory);
  }

  const TemporaryDirectory work;
};

TEST_F(PackageWriting, TakesPowerLogsAlong) {
  const fs::path runs = write_runs("runs", "open", 10);
  SamplePower log;
  log.at(0, "conversion_eff", 1, {{"measurement_type", "DC"}}).at(0, "power_measurement_start");
  log.at(1, "power_reading", 100).at(100, "power_measurement_stop");
  for (int i = 1; i <= 10; ++i) log.write(runs / fmt::format("run_{}/power/result/node_0.txt", i));
  const auto judged = write_package(contents({runs}), output(), {});
  EXPECT_TRUE(judged.back().verdict.compliant());
  EXPECT_EQ(text_of(output() / "Example/results/system/strong/cosmoflow/power/result_9/node_0.txt"),
            log.text());
}

TEST_F(PackageWriting, MakesOfRunsAPackageThatPassesWithoutAnEdit) {
  for (const char* division : {"open", "closed"}) {
    const fs::path runs = write_runs(division, division, 10), place = output() / division;
    const std::vector<Judged> judged = write_package(contents({runs}), place, {});
    EXPECT_TRUE(judged.back().verdict.compliant());
    EXPECT_EQ(judged.back().path, place / "Example");
    const std::vector<Judged> again = judge_package(place / "Example", {});
    EXPECT_TRUE(again.back().verdict.compliant());
    EXPECT_THAT(again.back().verdict.warnings, IsEmpty());
    EXPECT_EQ(again.size(), judged.size());
    EXPECT_EQ(again.front().path, judged.front().path);
  }
}

TEST_F(PackageWriting, NumbersTheLogsInTheOrderOfTheirRunsAndCopiesEveryByte) {
  const fs::path runs = write_runs("runs", "open", 10);
  write_package(contents({runs}), output(), {});
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(text_of(output() / "Example/results/system/strong/cosmoflow" / fmt::format("result_{}.txt", i)),
              text_of(runs / fmt::format("run_{}", i + 1) / "result.txt"));
}

TEST_F(PackageWriting, FillsInSubmitterAndDivisionWhereTheyAreEmpty) {
  write_package(contents({write_runs("runs", "open", 10)}), output(), {});
  const SystemDescription system = read_system_description(output() / "Example/systems/system.json");
  EXPECT_EQ(system.text("submitter"), "Example");
  EXPECT_EQ(system.text("division"), "open");
}

TEST_F(PackageWriting, PutsWeakRunsAndOtherBenchmarksBesideTheStrongOnes) {
  const fs::path strong = write_runs("strong", "open", 10), weak = write_runs("many", "open", 12);
  for (int i = 0; i < 5; ++i)
    SamplePackage::write(strong / fmt::format("climate_{}", i) / "result.txt", deepcam_log("open").text());
  SamplePackage::write(weak / "pruned_results/result_0.txt", "");
  write_package(contents({strong}, {weak}), output(), {});
  const fs::path results = output() / "Example/results/system";
  EXPECT_TRUE(fs::exists(results / "strong/deepcam/result_4.txt"));
  EXPECT_TRUE(fs::exists(results / "strong/cosmoflow/result_9.txt"));
  EXPECT_TRUE(fs::exists(results / "weak/cosmoflow/result_11.txt"));
  EXPECT_TRUE(fs::exists(output() / "Example/benchmarks/deepcam/implementations"));
}

TEST_F(PackageWriting, PutsWeakLogsOfASeedThatIsThereAlreadyApartWhereAsked) {
  const fs::path strong = write_runs("strong", "closed", 10), weak = write_runs("weak", "closed", 13);
  for (const int again : {4, 11, 13})
    SamplePackage::write(weak / fmt::format("run_{}", again) / "result.txt",
                         SamplePackage::log("closed", 2).text());
  PackageContents with = contents({strong}, {weak});
  EXPECT_FALSE(write_package(with, output(), {}).back().verdict.compliant());
  with.prune_seeds = true;
  const std::vector<Judged> judged = write_package(with, output(), {});
  EXPECT_TRUE(judged.back().verdict.compliant());
  EXPECT_THAT(judged.back().verdict.warnings, IsEmpty());
  const fs::path results = output() / "Example/results/system/weak/cosmoflow";
  EXPECT_EQ(text_of(results / "pruned_results/result_2.txt"), text_of(weak / "run_13/result.txt"));
  EXPECT_EQ(text_of(results / "result_3.txt"), text_of(weak / "run_5/result.txt"));
  EXPECT_TRUE(fs::exists(results / "result_9.txt"));
  EXPECT_FALSE(fs::exists(results / "result_10.txt"));
}

TEST_F(PackageWriting, CopiesAnImplementationThatIsAFileOrADirectory) {
  const fs::path runs = write_runs("runs", "open", 10);
  SamplePackage::write(work / "code/src/a.cpp", "a");
  PackageContents with = contents({runs});
  with.implementation = work / "code";
  write_package(with, output() / "1", {});
  with.implementation = work / "code/src/a.cpp";
  write_package(with, output() / "2", {});
  const fs::path place = "Example/benchmarks/cosmoflow/implementations/tessera";
  EXPECT_EQ(text_of(output() / "1" / place / "src/a.cpp"), "a");
  EXPECT_EQ(text_of(output() / "2" / place / "a.cpp"), "a");
}

TEST_F(PackageWriting, IsRefusedInsideTheImplementationThatIsToBeCopied) {
  PackageContents with = contents({write_runs("runs", "open", 10)});
  SamplePackage::write(work / "code/a.cpp", "a");
  with.implementation = work / "code";
  for (const char* place : {"code", "code/new/submission", "code/../code/new"})
    EXPECT_THAT(message_of<InputError>([&] { write_package(with, work / place, {}); }),
                HasSubstr("--implementation"));
  EXPECT_FALSE(fs::exists(work / "code/new"));
  EXPECT_TRUE(write_package(with, work / "code2", {}).back().verdict.compliant());
}

TEST_F(PackageWriting, LeavesNothingOfAPackageThatWouldNotPass) {
  const std::vector<Judged> judged = write_package(contents({write_runs("runs", "open", 9)}), output(), {});
  ASSERT_FALSE(judged.back().verdict.compliant());
  EXPECT_EQ(judged.back().verdict.findings[0].rule, "wrong-run-count");
  EXPECT_THAT(judged.back().verdict.findings[0].file, HasSubstr((output() / "Example").string() + "/"));
  EXPECT_TRUE(is_empty(output()));
  PackageContents hidden = contents({write_runs("more", "open", 10)});
  SamplePackage::write(work / "code/.git/config", "");
  hidden.implementation = work / "code";
  EXPECT_EQ(write_package(hidden, output(), {}).back().verdict.findings[0].rule, "bad-name");
  EXPECT_TRUE(is_empty(output()));
}

TEST_F(PackageWriting, ReplacesNoPackageAndTakesNoNotice) {
  const PackageContents some = contents({write_runs("runs", "open", 10)});
  write_package(some, output(), {});
  SamplePackage::write(output() / "Example/mark", "");
  EXPECT_THAT(message_of<InputError>([&] { write_package(some, output(), {}); }), HasSubstr("already"));
  EXPECT_TRUE(fs::exists(output() / "Example/mark"));
}

TEST_F(PackageWriting, WritesOverWhatAnInterruptedWriterLeft) {
  SamplePackage::write(output() / "Example.partial/results/left", "");
  write_package(contents({write_runs("runs", "open", 10)}), output(), {});
  EXPECT_FALSE(fs::exists(output() / "Example.partial"));
  EXPECT_FALSE(fs::exists(output() / "Example/results/left"));
}

TEST_F(PackageWriting, RefusesContentsThatMakeNoPackage) {
  const PackageContents good = contents({write_runs("runs", "open", 10)});
  for (const char* name : {"", ".", "..", "a b", "a/b", ".hidden"}) {
    PackageContents bad = good;
    bad.organisation = name;
    EXPECT_THROW(write_package(bad, output(), {}), InputError) << name;
    bad = good;
    bad.system.fields["system_name"] = name;
    EXPECT_THROW(write_package(bad, output(), {}), InputError) << name;
  }
  PackageContents bad = good;
  bad.system.fields["division"] = "closed";
  EXPECT_THAT(message_of<InputError>([&] { write_package(bad, output(), {}); }), HasSubstr("division"));
  bad = good;
  SamplePackage::write(work / "no.txt", "no log");
  bad.strong[3] = work / "no.txt";
  EXPECT_THAT(message_of<InputError>([&] { write_package(bad, output(), {}); }), HasSubstr("no.txt"));
  bad.strong[3] = work / "missing.txt";
  EXPECT_THROW(write_package(bad, output(), {}), InputError);
  EXPECT_THROW(write_package(good, fs::path(TESSERA_SOURCE_DIR) / "results", {}), InputError);
  EXPECT_THROW(write_package(good, work / "no.txt", {}), InputError);
  EXPECT_TRUE(is_empty(output()));
}

TEST_F(PackageWriting, NamesPathsThatHoldNoLog) {
  EXPECT_THAT(message_of<InputError>([&] { logs_at(std::vector{work / "nowhere"}); }), HasSubstr("nowhere"));
  EXPECT_THROW(logs_at(std::vector{work.path()}), InputError);
}

}  // namespace
}  // namespace tessera
