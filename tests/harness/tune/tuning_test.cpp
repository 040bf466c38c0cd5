#include "harness/tune/tuning.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <numeric>
#include <set>
#include <thread>

#include "harness/config/config_yaml.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// A program that "learns": its metric after epoch e is (x - 0.3)^2 + 1 / e, where x is what was drawn. Each
// call adds a line to `calls` of the trial: what it was called with.
constexpr const char* kProgram = R"(#!/bin/sh
directory=$4 seed=$6
shift 7
while [ $# -gt 0 ]; do
  case $1 in
    --set) x=${2#*=}; shift ;;
    --max-epochs) budget=$2; shift ;;
    --resume*) resume=$1 ;;
  esac
  shift
done
epochs=$budget end=target_missed
echo "$budget $resume" >>$directory/calls
learn() {
  : >$directory/result.txt
  : >$directory/checkpoint.h5
  awk -v x=$x -v n=$epochs -v budget=$budget -v end=$end -v ranks=$RANKS 'BEGIN {
    printf "{\"end\": \"%s\", \"ranks\": %d, \"configuration\": {\"data\": {\"n_epochs\": %d}}, \"epochs\": [", end, ranks, budget
    for (e = 1; e <= n; ++e)
      printf "%s{\"metric\": %.9f, \"training_seconds\": 1, \"evaluation_seconds\": 0}", (e > 1 ? "," : ""), (x - 0.3) ^ 2 + 1 / e
    print "]}" }' >$directory/run.json
}
)";

class Tunings : public testing::Test {
 protected:
  Tuning tuning(const std::string& script = "learn\n") const {
    const fs::path program = work / "program";
    std::ofstream(program) << kProgram << script;
    fs::permissions(program, fs::perms::owner_all);
    Tuning tuning;
    tuning.config = "config.yaml";
    tuning.tree = parse_tree("model: {dropout: 0.1}\ndata: {n_epochs: 40}", "config.yaml");
    tuning.configuration = {{"data", 1}};
    tuning.space = {{{"model.dropout", RealRange{0, 1, false}}}};
    tuning.brackets = hyperband(9, 3);
    tuning.eta = 3;
    tuning.metric = {.name = "error", .target = 0.01};
    tuning.models = 4;
    tuning.launcher = "env RANKS={ranks}";
    tuning.program = program.string();
    tuning.output = work / "out";
    return tuning;
  }
  int run(const Tuning& tuning) {
    return run_tuning(tuning, [this](const std::string& line) { said += line + "\n"; });
  }
  json record() const { return json::parse(read_whole_file(work / "out" / "tune.json")); }
  std::string calls(int trial) const {
    const fs::path file = work / "out" / ("trial_" + std::to_string(trial)) / "calls";
    return fs::exists(file) ? read_whole_file(file) : "";
  }
  std::string all_calls(int trials) const {
    std::string all;
    for (int trial = 1; trial <= trials; ++trial) all += calls(trial);
    return all;
  }

  const TemporaryDirectory work;
  std::string said;
};

// Which of the first nine trials should go on, by the formula of the program itself.
std::vector<std::int64_t> by_distance(const Tuning& tuning, std::vector<std::int64_t> trials) {
  std::ranges::sort(trials, {}, [&](std::int64_t trial) {
    const double x = std::stod(tuning.space.draw(tuning.seed, trial)[0].yaml);
    return (x - 0.3) * (x - 0.3);
  });
  return trials;
}

TEST_F(Tunings, TrainWhatHyperbandSaysAndGoOnWithWhatIsPromoted) {
  const Tuning search = tuning();
  EXPECT_EQ(run(search), 0);
  std::vector<std::int64_t> first(9);
  std::iota(first.begin(), first.end(), 1);
  first = by_distance(search, first);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string expected = i == 0  ? "1 --resume=auto\n3 --resume\n9 --resume\n"
                                 : i < 3 ? "1 --resume=auto\n3 --resume\n"
                                         : "1 --resume=auto\n";
    EXPECT_EQ(calls(static_cast<int>(first[i])), expected) << "place " << i;
  }
  const auto second = by_distance(search, {10, 11, 12});
  EXPECT_EQ(calls(static_cast<int>(second[0])), "3 --resume=auto\n9 --resume\n");
  EXPECT_EQ(calls(static_cast<int>(second[2])), "3 --resume=auto\n");
  for (int trial = 13; trial <= 15; ++trial) EXPECT_EQ(calls(trial), "9 --resume=auto\n");
  const json found = record();
  EXPECT_TRUE(found["finished"]);
  EXPECT_EQ(found["best"], by_distance(search, {first[0], second[0], 13, 14, 15})[0]);
  EXPECT_EQ(found["trials"][found["best"].get<std::size_t>() - 1]["rank"], 1);
}

TEST_F(Tunings, LeaveTheBestConfigurationToTrain) {
  Tuning search = tuning();
  search.seed = 11;
  EXPECT_EQ(run(search), 0);
  const std::string x = search.space.draw(11, record()["best"])[0].yaml;
  const ConfigNode best = parse_tree(read_whole_file(work / "out" / "best.yaml"), "best.yaml");
  EXPECT_EQ(best.find("model")->find("dropout")->scalar, x);
  EXPECT_EQ(best.find("data")->find("n_epochs")->scalar, "40");  // the configuration's, whatever the budget
  EXPECT_EQ(best.find("train")->find("seed")->scalar, "11");
  EXPECT_THAT(read_whole_file(work / "out" / "tune.html"), HasSubstr("\"best\":"));
}

TEST_F(Tunings, CountTrialsThatFailOrDivergeAsTheWorst) {
  // Above 0.5 a trial fails, below 0.2 it diverges after an epoch.
  Tuning search = tuning(
      "above() { awk -v x=$x -v y=$1 'BEGIN { exit !(x > y) }'; }\n"
      "above 0.5 && exit 3\n"
      "above 0.2 || { epochs=1 end=not_finite; }\nlearn\n");
  search.brackets = hyperband(3, 3);
  const auto kinds = [&search] {
    std::set<std::string> found;
    for (const Trial& trial : trials_of(search.brackets, search.space, search.seed)) {
      const double x = std::stod(trial.values[0].yaml);
      found.insert(x > 0.5 ? "fails" : x < 0.2 ? "diverges" : "is trained");
    }
    return found.size();
  };
  while (kinds() < 3) ++search.seed;
  EXPECT_EQ(run(search), 0);
  const json found = record();
  for (const json& trial : found["trials"]) {
    const double x = trial["values"]["model.dropout"];
    EXPECT_EQ(trial["state"] == "failed", x > 0.5) << x;
    EXPECT_EQ(trial["state"] == "diverged", x < 0.2) << x;
    EXPECT_THAT(trial["why"].get<std::string>(), x > 0.5 ? HasSubstr("exit code 3") : HasSubstr("")) << x;
  }
  EXPECT_EQ(found["trials"][found["best"].get<std::size_t>() - 1]["state"], "trained");
  EXPECT_THAT(said, HasSubstr("FAILED with exit code 3"));
  // Again, no failed trial is begun anew.
  const std::string before = all_calls(5);
  EXPECT_EQ(run(search), 0);
  EXPECT_EQ(all_calls(5), before);
}

TEST_F(Tunings, FallShortWhereNoTrialComesToAValue) {
  Tuning search = tuning("exit 2\n");
  EXPECT_EQ(run(search), 1);
  EXPECT_THAT(said, HasSubstr("no trial came to a value"));
  EXPECT_FALSE(fs::exists(work / "out" / "best.yaml"));
  EXPECT_TRUE(record()["best"].is_null());
}

TEST_F(Tunings, DontTakeARunForTrainedThatCouldNotGoOn) {
  Tuning search = tuning("[ $budget = 3 ] && exit 2\nlearn\n");
  search.brackets = {{{3, 1}, {1, 3}}};
  EXPECT_EQ(run(search), 0);
  const json found = record();
  EXPECT_EQ(std::ranges::count(found["trials"], json("failed"), [](const json& t) { return t["state"]; }), 1);
  EXPECT_NE(found["trials"][found["best"].get<std::size_t>() - 1]["state"], "failed");
}

TEST_F(Tunings, DontTrainOnWhatHasReachedItsTarget) {
  Tuning search = tuning("[ $budget = 1 ] || { epochs=2 end=target_reached; }\nlearn\n");
  search.brackets = {{{9, 1}, {3, 3}, {1, 9}}};
  EXPECT_EQ(run(search), 0);
  EXPECT_THAT(all_calls(9), Not(HasSubstr("9 --resume")));
  EXPECT_EQ(record()["trials"][record()["best"].get<std::size_t>() - 1]["state"], "target reached");
}

TEST_F(Tunings, GoOnWhereASignalEndedThem) {
  Tuning whole = tuning();
  EXPECT_EQ(run(whole), 0);
  const json wanted = record();
  // The first time that trial 4 is called, the search is interrupted under it, as by Ctrl-C.
  Tuning search = tuning(
      "case $directory in *trial_4) [ -e $directory/../../hit ] || {\n"
      "  : >$directory/../../hit; kill -INT $PPID; trap 'epochs=0 end=stopped; learn; exit 143' TERM\n"
      "  while :; do sleep 0.01; done\n} ;; esac\nlearn\n");
  search.output = work / "again";
  EXPECT_EQ(run(search), 130);
  EXPECT_FALSE(json::parse(read_whole_file(work / "again" / "tune.json"))["finished"]);
  EXPECT_EQ(run(search), 0);
  json found = json::parse(read_whole_file(work / "again" / "tune.json"));
  EXPECT_EQ(found["trials"], wanted["trials"]);
  EXPECT_EQ(found["best"], wanted["best"]);
}

TEST_F(Tunings, TakeOverWhatEndedWhileTheyWereKilled) {
  Tuning search = tuning();
  search.brackets = random_search(3, 2);
  search.eta = {};
  EXPECT_EQ(run(search), 0);
  const std::string before = all_calls(3);
  json forgotten = record();
  for (json& trial : forgotten["trials"]) trial.update({{"state", "waiting"}, {"metrics", json::array()}});
  std::ofstream(work / "out" / "tune.json") << forgotten;
  EXPECT_EQ(run(search), 0);
  EXPECT_EQ(all_calls(3), before);
  EXPECT_FALSE(record()["best"].is_null());
}

TEST_F(Tunings, AtRandomGoOnWithMoreTrials) {
  Tuning search = tuning();
  search.eta = {};
  search.brackets = random_search(2, 2);
  EXPECT_EQ(run(search), 0);
  search.brackets = random_search(4, 2);
  EXPECT_EQ(run(search), 0);
  EXPECT_EQ(all_calls(4), "2 --resume=auto\n2 --resume=auto\n2 --resume=auto\n2 --resume=auto\n");
}

TEST_F(Tunings, EndWithTheBestSoFarWhenTheirTimeIsUsedUp) {
  Tuning search = tuning(
      "[ -e $directory/../../fast ] || case $directory in *trial_1) ;; *)\n"
      "  trap 'epochs=0 end=stopped; learn; exit 75' TERM\n  while :; do sleep 0.01; done ;; esac\nlearn\n");
  search.time_budget = 0.7;
  EXPECT_EQ(run(search), 0);
  EXPECT_FALSE(record()["finished"]);
  EXPECT_EQ(record()["best"], 1);
  EXPECT_GE(record()["seconds"], 0.7);
  EXPECT_THAT(said, HasSubstr("best in the time there was"));
  const std::string before = all_calls(15);
  EXPECT_EQ(run(search), 0);  // none is left
  EXPECT_EQ(all_calls(15), before);
  std::ofstream(work / "fast") << "";
  search.time_budget = 1000;
  EXPECT_EQ(run(search), 0);
  EXPECT_TRUE(record()["finished"]);
}

TEST_F(Tunings, RefuseTrialsOfAnotherNumberOfRanks) {
  Tuning search = tuning();
  search.ranks = 2;
  search.launcher = "env RANKS=1 WANTED={ranks}";
  for (int again = 0; again < 2; ++again)
    EXPECT_THAT(message_of<InputError>([&] { run(search); }),
                HasSubstr("doesn't count: it had 1 rank where 2"));
}

TEST_F(Tunings, RefuseTheOutputOfAnother) {
  Tuning search = tuning();
  search.brackets = hyperband(1, 3);
  EXPECT_EQ(run(search), 0);
  search.seed = 2;
  search.space.keys.push_back({"model.l2", RealRange{0, 1, false}});
  EXPECT_THAT(message_of<InputError>([&] { run(search); }),
              HasSubstr("holds another search: it differs in seed, space"));
  fs::remove(work / "out" / "tune.json");
  EXPECT_THAT(message_of<InputError>([&] { run(tuning()); }), HasSubstr("holds trials, but no tune.json"));
  std::ofstream(work / "out" / "tune.json") << "{";
  EXPECT_THAT(message_of<InputError>([&] { run(tuning()); }), HasSubstr("no JSON, or cut short"));
}

}  // namespace
}  // namespace tessera
