#include "harness/study/scaling_study.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "harness/study/study_points.hpp"
#include "harness/workloads/make_workload.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// Studies whose "program" is a shell script: what it does stands in for timing.
class Studies : public testing::Test {
 protected:
  StudyRun run_of(std::int64_t steps = 5) const {
    StudyRun run;
    run.config = "config.yaml";
    run.configuration = {{"data", {{"sample_shape", {16, 16, 16, 4}}}},
                         {"model", {{"name", "cosmoflow"}}},
                         {"compute", {{"element", "float32"}}},
                         {"mlperf", {{"platform", "two cores"}}}};
    run.steps = steps;
    run.launcher = "env RANKS={ranks}";
    return run;
  }
  static StudyLayout layout(int ranks) {
    return {.ranks = ranks, .global_batch = 8, .extents = {16, 16, 16}};
  }
  // The record of a point that ran on so many ranks; %RANKS% is what the launcher said.
  std::string record_of_a_point() const {
    Study study;
    study.benchmark = "net-of-ones-own";
    study.processor = "a processor";
    study.peak_flop_a_core = 8e9;
    study.peak_source = kMeasuredPeak;
    study.points.resize(1);
    study.points[0].layout = layout(1);
    study.points[0].measurement = StudyMeasurement{.step_seconds = {0.5, 0.25, 0.375},
                                                   .ranks = {{}},
                                                   .training_flop_a_sample = 1e6,
                                                   .peak_memory_bytes = {1}};
    std::string text = to_json(study).dump();
    const std::string ranks = "\"ranks\":1,";
    return text.replace(text.find(ranks), ranks.size(), "\"ranks\":%RANKS%,");
  }
  // $output: where the record of the point belongs.
  std::string program(const std::string& script) const {
    write_whole_file(work / "record", record_of_a_point());
    const fs::path path = work / "program";
    std::ofstream(path) << "#!/bin/sh\noutput=$5\nrecord() { sed s/%RANKS%/${1:-$RANKS}/ "
                        << (work / "record").string() << " >$output; }\n"
                        << script;
    fs::permissions(path, fs::perms::owner_all);
    return path.string();
  }
  ScalingStudy begin(const StudyRun& run, const std::vector<StudyLayout>& layouts,
                     const StudyExpectation& expected = {}) {
    return {work / "out", run, layouts, expected, [this](const std::string& line) { said += line + "\n"; }};
  }
  Study written() const {
    return study_of_json(nlohmann::json::parse(read_whole_file(work / "out" / kStudyName)), "study.json");
  }

  const TemporaryDirectory work;
  std::string said;
};

TEST_F(Studies, RecordEachPointThatIsMeasured) {
  EXPECT_EQ(begin(run_of(), {layout(1), layout(2)}).run(program("record"), false), 0);
  const Study study = written();
  ASSERT_EQ(study.points.size(), 2U);
  EXPECT_EQ(study.benchmark, "net-of-ones-own") << "as its points are logged";
  EXPECT_EQ(study.processor, "a processor");
  EXPECT_EQ(study.steps, 5);
  for (const StudyPoint& point : study.points) {
    ASSERT_TRUE(point.measurement);
    EXPECT_EQ(point.measurement->step_seconds, (std::vector{0.5, 0.25, 0.375}));
  }
  EXPECT_THAT(said, HasSubstr("point 2 of 2, strong_r2_t1_whole_b8: 0.375 s a step, 21.3333 samples/s"));
}

TEST_F(Studies, SayWhichPointFailedAndGoOn) {
  const std::string script = "if [ $RANKS = 1 ]; then echo 'no memory'; exit 3; fi; record";
  EXPECT_EQ(begin(run_of(), {layout(1), layout(2)}).run(program(script), false), 1);
  EXPECT_THAT(written().points[0].failure, HasSubstr("exit code 3; its last words:\nno memory"));
  EXPECT_FALSE(written().points[0].measurement);
  EXPECT_TRUE(written().points[1].measurement);
}

TEST_F(Studies, GoOnWithThePointsThatAreMissing) {
  const std::string script = fmt::format("echo $RANKS >>{}; ", (work / "begun").string());
  begin(run_of(), {layout(1), layout(2)}).run(program(script + "[ $RANKS = 2 ] || record"), false);
  const auto say = [](const std::string&) {};
  EXPECT_EQ(ScalingStudy(work / "out", say).run(program(script + "record"), false), 0);
  EXPECT_EQ(read_whole_file(work / "begun"), "1\n2\n2\n");
  EXPECT_EQ(begin(run_of(), {layout(1), layout(4)}).run(program(script + "record"), false), 0);
  EXPECT_EQ(read_whole_file(work / "begun"), "1\n2\n2\n4\n");
  ASSERT_EQ(written().points.size(), 3U) << "what is measured is kept";
  EXPECT_TRUE(written().points[0].failure.empty());
}

TEST_F(Studies, KeepWhatIsExpectedOfAPointBesideWhatIsMeasured) {
  const StudyExpectation expected{{0.25, std::nullopt}, 4e9, "machine file of here"};
  EXPECT_EQ(begin(run_of(), {layout(1), layout(2)}, expected).run(program("record"), false), 0);
  EXPECT_EQ(written().points[0].predicted_step_seconds, 0.25);
  EXPECT_FALSE(written().points[1].predicted_step_seconds);
  EXPECT_EQ(written().peak_flop_a_core, 4e9) << "and not what the points measured";
  EXPECT_EQ(written().peak_source, "machine file of here");
  EXPECT_EQ(begin(run_of(), {layout(1)}).best()->peak_source, "machine file of here");
  EXPECT_EQ(written().points[0].predicted_step_seconds, 0.25) << "also when it is gone on with";
}

TEST(StudyExpectation, IsTheModelsOfPointsWhoseThreadsTheMachineIsDescribedBy) {
  StudyRun run;
  run.config = TESSERA_SOURCE_DIR "/harness/configs/cosmoflow-tiny.yaml";
  run.configuration = to_json(load_config(run.config));
  MachineDescription machine;
  machine.name = "arithmetic";
  machine.node = {1, 2, std::int64_t{1} << 40, 1e300, {{Element::F32, 1e9}}};
  machine.kernels.share_of_peak = 1;
  machine.inside = machine.between = {{0, 1e300}, 1e300, 1};
  const std::vector<std::int64_t> extents = run.extents();
  std::vector<std::int64_t> deeper = extents;
  deeper[0] *= 2;
  const StudyExpectation expected =
      expectation_of(run,
                     {{.ranks = 2, .threads = 2, .global_batch = 16, .extents = extents},
                      {.ranks = 2, .threads = 1, .global_batch = 16, .extents = extents},
                      {.mode = StudyMode::WeakVolume,
                       .ranks = 2,
                       .threads = 2,
                       .depth = 2,
                       .global_batch = 8,
                       .extents = deeper}},
                     machine);
  ASSERT_EQ(expected.step_seconds.size(), 3U);
  const double flop = make_workload(load_config(run.config), 1)->graph(1).training_flop();
  EXPECT_NEAR(expected.step_seconds[0].value(), 8 * flop / 1e9, 1e-6 * flop / 1e9);
  EXPECT_FALSE(expected.step_seconds[1]);
  EXPECT_NEAR(expected.step_seconds[2].value(), 8 * flop / 1e9, 0.05 * flop / 1e9)
      << "as much, but for borders";
  EXPECT_EQ(expected.peak_flop_a_core, 5e8);
  EXPECT_EQ(expected.peak_source, "machine file of arithmetic");
}

TEST_F(Studies, EndTheirPointWhenASignalComesAndGoOnLater) {
  ScalingStudy study = begin(run_of(), {layout(1)});
  const std::string script =
      fmt::format("trap 'echo ended >{0}; exit 1' TERM; : >{1}; while :; do sleep 0.01; done",
                  (work / "ended").string(), (work / "begun").string());
  std::thread interrupter([&] {
    while (!fs::exists(work / "begun")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::raise(SIGINT);
  });
  EXPECT_EQ(study.run(program(script), false), 130);
  interrupter.join();
  EXPECT_TRUE(fs::exists(work / "ended"));
  EXPECT_EQ(study.run(program("record"), false), 0);
}

TEST_F(Studies, GiveUpAPointAtItsTimeLimit) {
  StudyRun run = run_of();
  run.time_limit = 0.2;
  EXPECT_EQ(begin(run, {layout(1)}).run(program("exec sleep 60"), false), 1);
  EXPECT_THAT(said, HasSubstr("not done after 0.2 s"));
}

TEST_F(Studies, DontTakeAPointThatHadOtherRanks) {
  EXPECT_EQ(begin(run_of(), {layout(2)}).run(program("record 1"), false), 1);
  EXPECT_THAT(said, HasSubstr("it had 1 rank where 2 were to be"));
  EXPECT_FALSE(written().points[0].measurement);
}

TEST_F(Studies, RefuseADirectoryOfAnotherStudyOrOfSomethingElse) {
  begin(run_of(), {layout(1)});
  try {
    begin(run_of(6), {layout(1)});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_THAT(error.problem(), HasSubstr("another study: it differs in steps"));
  }
  const auto say = [](const std::string&) {};
  EXPECT_THROW(ScalingStudy(work.path(), run_of(), {layout(1)}, {}, say), InputError) << "other files";
  fs::create_directories(work / "empty");
  EXPECT_THROW(ScalingStudy(work / "empty", say), InputError) << "no study to go on with";
}

TEST_F(Studies, WriteAScriptForEachJob) {
  StudyRun run = run_of();
  run.slurm = SlurmChoices{.ranks_a_node = 1};
  EXPECT_EQ(begin(run, {layout(2)}).run("/opt/tessera", false), 0);
  const std::string script = read_whole_file(work / "out" / "strong_r2_t1_whole_b8" / "job.sbatch");
  EXPECT_THAT(script, HasSubstr("#SBATCH --nodes=2\n"));
  EXPECT_THAT(script, HasSubstr("/opt/tessera bench training config.yaml --output"));
  EXPECT_THAT(script, Not(HasSubstr("--split")));
  EXPECT_THAT(said, HasSubstr("sbatch "));
}

TEST(CommandOfPoint, SaysSplitBatchThreadsAndNewExtents) {
  StudyRun run;
  run.config = "c.yaml";
  run.overrides = {"a=1"};
  run.configuration = {{"data", {{"sample_shape", {16, 16, 16, 4}}}},
                       {"model", {{"input_shape", {16, 16, 16, 4}}}}};
  const StudyLayout layout{.mode = StudyMode::WeakVolume,
                           .ranks = 2,
                           .threads = 3,
                           .depth = 2,
                           .global_batch = 8,
                           .extents = {32, 16, 16}};
  EXPECT_THAT(
      command_of_point(run, layout, "t", "d"),
      testing::ElementsAre("t", "bench", "training", "c.yaml", "--output", "d/training.json", "--steps", "20",
                           "--repeats", "5", "--energy", "auto", "--split", "2x1", "--synthetic", "--set",
                           "a=1", "--set", "data.batch_size=null", "--set", "data.global_batch_size=8",
                           "--set", "compute.threads=3", "--set", "data.sample_shape=[32, 16, 16, 4]",
                           "--set", "model.input_shape=[32, 16, 16, 4]"));
}

}  // namespace
}  // namespace tessera
