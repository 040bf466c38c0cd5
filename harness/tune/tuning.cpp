#include "harness/tune/tuning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <system_error>
#include <utility>

#include "harness/campaign/launcher.hpp"
#include "harness/campaign/run_queue.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/tune/tune_record.hpp"
#include "harness/tune/tune_results.hpp"
#include "io/files/directory_lock.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "results/log/json_text.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using Indices = std::vector<std::size_t>;

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!fs::is_directory(directory))
    throw InputError("the output directory can't be made", directory.string(), "choose another --output");
}

// A run that was promoted has missed its target for want of epochs, and so is finished: it goes on by
// --resume alone. One that was interrupted, or not begun, is a matter of --resume=auto.
std::vector<std::string> command_of(const Tuning& tuning, const Trial& trial, std::int64_t epochs) {
  const fs::path directory = tuning.directory(trial);
  std::vector<std::string> words = launcher_words(tuning.launcher, tuning.ranks);
  words.insert(words.end(), {tuning.program, "train", tuning.config, "--output", directory.string(), "--seed",
                             std::to_string(tuning.seed), "--no-progress"});
  words.insert(words.end(), tuning.train_options.begin(), tuning.train_options.end());
  for (const DrawnValue& value : trial.values)
    words.insert(words.end(), {"--set", value.path + "=" + value.yaml});
  words.insert(words.end(), {"--max-epochs", std::to_string(epochs),
                             is_finished(state_of_run(directory)) ? "--resume" : "--resume=auto"});
  return words;
}

QueuedRun queued_trial(const Tuning& tuning, const Trial& trial, std::int64_t epochs) {
  return launched_run({fmt::format("trial {} to epoch {}", trial.number, epochs), tuning.directory(trial),
                       command_of(tuning, trial, epochs), ""},
                      tuning.launcher, fmt::format("trial_{}", trial.number));
}

/// A search under way, in a directory that it holds.
class Search {
 public:
  Search(const Tuning& tuning, const std::function<void(const std::string&)>& say)
      : tuning_(tuning),
        say_(say),
        lock_(tuning.output, {.what = "the output directory",
                              .fix = "wait for that process, or choose another --output",
                              .job_has_ended = slurm_job_has_ended}) {
    state_.trials = trials_of(tuning.brackets, tuning.space, tuning.seed);
    restore_record(tuning, state_);
    seconds_before_ = state_.seconds;
  }

  int run() {
    say_(plan_text(tuning_));
    int code = search();
    state_.finished = code == 0;
    write_record();
    write_results(tuning_, state_);
    if (code == kCanBeResumed && is_time_over()) code = 0;
    if (code != 0) return code;
    say_(results_text(tuning_, state_));
    return best() ? 0 : 1;
  }

 private:
  int search() {
    std::size_t first = 0;  // trial of the bracket
    for (const Bracket& bracket : tuning_.brackets) {
      Indices members(static_cast<std::size_t>(bracket.front().trials));
      std::iota(members.begin(), members.end(), first);
      first += members.size();
      for (std::size_t rung = 0; rung < bracket.size(); ++rung) {
        if (const int code = train(members, bracket[rung].epochs)) return code;
        if (rung + 1 < bracket.size())
          members =
              promoted(state_.trials, members, order_after(bracket[rung].epochs), bracket[rung + 1].trials);
      }
    }
    return 0;
  }

  // Until they can be compared after so many epochs.
  int train(const Indices& members, std::int64_t epochs) {
    collect(members);  // what ended when this program was killed
    Indices open = members;
    std::erase_if(open, [&](std::size_t i) { return state_.trials[i].is_ready(epochs); });
    if (open.empty()) return 0;
    if (is_time_over()) return kCanBeResumed;
    const auto ended = [&] {
      collect(open);
      write_record();
    };
    const auto failed = [&](const QueuedRun& run, int code) {
      for (const std::size_t i : open)
        if (tuning_.directory(state_.trials[i]) == run.directory)
          fail(state_.trials[i], fmt::format("exit code {}", code));
    };
    write_record();
    const int code = run_all(begun(open, epochs), {.side_by_side = tuning_.models,
                                                   .ranks = tuning_.ranks,
                                                   .say = say_,
                                                   .lock = lock_,
                                                   .ended = ended,
                                                   .failed = failed,
                                                   .until = end_of_time()});
    if (code != 0) return code;
    for (const std::size_t i : open)  // a run that left its directory as it was seemed finished
      if (!state_.trials[i].is_ready(epochs)) fail(state_.trials[i], "it couldn't go on");
    say_(rung_text(tuning_, state_.trials, ranked(state_.trials, members, order_after(epochs)), epochs));
    return 0;
  }

  std::vector<QueuedRun> begun(const Indices& open, std::int64_t epochs) const {
    std::vector<QueuedRun> runs;
    for (const std::size_t i : open) {
      const Trial& trial = state_.trials[i];
      if (trial.metrics.empty()) say_(fmt::format("trial {}: {}", trial.number, values_text(trial)));
      runs.push_back(queued_trial(tuning_, trial, epochs));
    }
    return runs;
  }

  void collect(const Indices& members) {
    for (const std::size_t i : members) {
      Trial& trial = state_.trials[i];
      const fs::path directory = tuning_.directory(trial);
      if (const int ranks = ranks_of_run(directory).value_or(tuning_.ranks); ranks != tuning_.ranks)
        throw InputError(
            fmt::format("trial {} doesn't count: {}", trial.number, wrong_ranks(ranks, tuning_.ranks)),
            directory.string(), "remove this directory, and mend --launcher");
      if (trial.state != TrialState::Failed) read_run(directory, trial);
    }
  }

  void fail(Trial& trial, const std::string& why) {
    trial.state = TrialState::Failed;
    trial.why = why + "; see " + (tuning_.directory(trial) / kSaidName).string();
    write_record();
  }

  void write_record() {
    lock_.check();
    state_.seconds = seconds_before_ + watch_.seconds();
    write_whole_file(tuning_.output / kTuneRecordName, json_text(tune_record(tuning_, state_)));
  }

  TrialOrder order_after(std::int64_t epochs) const { return {tuning_.metric.higher_is_better, epochs}; }
  std::optional<std::size_t> best() const { return best_of(state_.trials, tuning_.metric.higher_is_better); }

  bool is_time_over() const {
    return tuning_.time_budget && seconds_before_ + watch_.seconds() >= *tuning_.time_budget;
  }
  std::optional<std::chrono::steady_clock::time_point> end_of_time() const {
    if (!tuning_.time_budget) return std::nullopt;
    const std::chrono::duration<double> left(*tuning_.time_budget - seconds_before_ - watch_.seconds());
    return std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(left);
  }

  const Tuning& tuning_;
  const std::function<void(const std::string&)>& say_;
  DirectoryLock lock_;
  SearchState state_;
  double seconds_before_ = 0;  // of earlier calls
  Stopwatch watch_;
};

}  // namespace

fs::path Tuning::directory(const Trial& trial) const {
  return output / fmt::format("trial_{}", trial.number);
}

int run_tuning(const Tuning& tuning, const std::function<void(const std::string&)>& say) {
  check_launcher(tuning.launcher, tuning.ranks);
  make_directory(tuning.output);
  return Search(tuning, say).run();
}

}  // namespace tessera
