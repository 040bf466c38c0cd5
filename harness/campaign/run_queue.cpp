#include "harness/campaign/run_queue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "harness/machine/cpus_of_part.hpp"
#include "harness/process/child_process.hpp"
#include "harness/process/last_words.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/run/closing_line.hpp"
#include "harness/run/run_directory.hpp"

namespace tessera {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{50};

// When the run that ended there last wrote its run.json: one that goes on and fails early leaves it as it
// was.
std::optional<std::filesystem::file_time_type> time_of_report(const std::filesystem::path& directory) {
  std::error_code none;
  const auto time = std::filesystem::last_write_time(directory / kRunJsonName, none);
  return none ? std::nullopt : std::optional(time);
}

bool is_of_a_signal(int exit_code) {
  return std::ranges::find(kStopSignals, exit_code, &StopSignal::exit_code) != kStopSignals.end();
}

/// The runs under way, and how they end.
class RunQueue {
 public:
  RunQueue(std::vector<QueuedRun> runs, const RunQueueOptions& options)
      : waiting_(std::move(runs)), options_(options), slots_(static_cast<std::size_t>(options.side_by_side)) {
    std::signal(SIGCHLD, SIG_DFL);  // where it is ignored, as some parents leave it, no exit code is kept
  }

  int run() {
    try {
      while (has_work()) {
        hand_on_signal();
        for (std::size_t i = 0; i < slots_.size(); ++i) {
          look_at(slots_[i]);
          if (!slots_[i] && !leaving() && next_ < waiting_.size()) start_next(i);
        }
        std::this_thread::sleep_for(kBetweenLooks);
      }
    } catch (...) {
      stop_all();
      wait_for_all();
      throw;
    }
    options_.lock.check();
    if (signal_ != 0) return exit_code_of(signal_);
    return failure_ != 0 ? failure_ : stopped_;
  }

 private:
  struct Active {
    const QueuedRun& run;
    ChildProcess process;
    std::optional<std::filesystem::file_time_type> report_before;  // see time_of_report()
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();

    bool has_step() const { return !run.slurm_step.empty(); }
  };

  bool leaving() const { return signal_ != 0 || stopped_ != 0 || failure_ != 0 || lost_; }
  bool has_work() const {
    const bool active = std::ranges::any_of(slots_, [](const auto& slot) { return slot.has_value(); });
    return active || (next_ < waiting_.size() && !leaving());
  }

  void hand_on_signal() {
    if (!lost_ && options_.lock.is_lost()) {
      lost_ = true;
      stop_all();
    }
    if (!leaving() && options_.until && std::chrono::steady_clock::now() >= *options_.until) {
      stopped_ = kCanBeResumed;
      options_.say("the time is over: the runs under way end with a checkpoint");
      stop_all();
    }
    if (signal_ != 0 || (signal_ = signals_.received()) == 0) return;
    options_.say(fmt::format("{}: the runs under way end with a checkpoint", name_of_signal(signal_)));
    stop_all();
  }
  void stop_all() {
    for (const auto& slot : slots_) {
      if (!slot || (slot->has_step() && terminate_slurm_step(slot->run.slurm_step))) continue;
      if (slot->has_step())
        options_.say(
            fmt::format("{}: Slurm finds no step of it to warn; srun gets SIGTERM", slot->run.title));
      slot->process.send(SIGTERM);
    }
  }
  void wait_for_all() {
    for (auto& slot : slots_)
      while (slot && !slot->process.poll()) std::this_thread::sleep_for(kBetweenLooks);
  }

  void start_next(std::size_t slot) {
    const QueuedRun& run = waiting_[next_++];
    std::filesystem::create_directories(run.directory);
    const bool goes_on = has_checkpoint(run.directory);
    const auto report_before = time_of_report(run.directory);
    // The daemons of Slurm start its steps, wherever srun runs.
    const std::optional<cpu_set_t> cpus =
        run.slurm_step.empty() ? cpus_of_part(static_cast<int>(slot), options_.side_by_side) : std::nullopt;
    slots_[slot].emplace(run,
                         ChildProcess({.words = run.command,
                                       .environment = environment_without_mpi_world(environ),
                                       .output = run.directory / kSaidName,
                                       .cpus = cpus}),
                         report_before);
    options_.say(fmt::format("{}: {}", run.title, goes_on ? "goes on" : "begins"));
  }

  void look_at(std::optional<Active>& slot) {
    const std::optional<int> code = slot ? slot->process.poll() : std::nullopt;
    if (!code) return;
    const QueuedRun& run = slot->run;
    const auto since = slot->since;
    const bool reported = time_of_report(run.directory) != slot->report_before;
    slot.reset();
    options_.lock.check();
    options_.ended();
    const std::string words = last_words(run.directory / kSaidName);
    const int ranks = ranks_of_run(run.directory).value_or(options_.ranks);
    const bool finished = is_finished(state_of_run(run.directory));
    if (finished && ranks != options_.ranks) {
      options_.say(fmt::format("{}: FAILED: {}", run.title, wrong_ranks(ranks, options_.ranks)));
      failure_ = 2;
      stop_all();
    } else if (finished) {
      options_.say(fmt::format("{}: {}", run.title, closing_line(run.directory)));
      say_who_waited(run, since);
    } else if (!leaving() && reported && recorded_end(run.directory) == RunEnd::Stopped) {
      options_.say(fmt::format("{}: stopped, with a checkpoint; so are the others", run.title));
      stopped_ = is_of_a_signal(*code) ? *code : kCanBeResumed;
      stop_all();
    } else if (!leaving()) {
      options_.say(fmt::format("{}: FAILED with exit code {}; its last words:\n{}", run.title, *code, words));
      if (options_.failed) return options_.failed(run, *code);
      failure_ = *code == 2 ? 2 : 3;
      stop_all();
    }
  }

  // Runs that were started with one that is finished, and still have no log: not side by side.
  void say_who_waited(const QueuedRun& ended, std::chrono::steady_clock::time_point since) const {
    constexpr std::chrono::seconds kTogether{1};
    for (const auto& slot : slots_)
      if (slot && std::chrono::abs(slot->since - since) < kTogether && !leaving() &&
          state_of_run(slot->run.directory) == RunState::Absent)
        options_.say(
            fmt::format("warning: {} has not begun, and waited until the end of {}: the launcher doesn't "
                        "start runs side by side (see its output.txt)",
                        slot->run.title, ended.title));
  }

  const std::vector<QueuedRun> waiting_;
  std::size_t next_ = 0;  // of them
  const RunQueueOptions& options_;
  StopSignals signals_;
  std::vector<std::optional<Active>> slots_;
  int signal_ = 0, failure_ = 0;
  int stopped_ = 0;  // the exit code of a run that was stopped from outside
  bool lost_ = false;
};

}  // namespace

std::string wrong_ranks(int had, int wanted) {
  return fmt::format(
      "it had {} rank{} where {} were to be: the launcher and this program's MPI don't fit each "
      "other, or the launcher isn't told {{ranks}} (srun: see `srun --mpi=list`, give --mpi)",
      had, had == 1 ? "" : "s", wanted);
}

int run_all(std::vector<QueuedRun> runs, const RunQueueOptions& options) {
  return RunQueue(std::move(runs), options).run();
}

}  // namespace tessera
