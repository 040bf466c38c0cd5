#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/datasets/staging.hpp"
#include "harness/machine/threads.hpp"
#include "harness/process/progress.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/run/cache_clear.hpp"
#include "harness/run/history.hpp"
#include "harness/run/resumed_log.hpp"
#include "harness/run/run_checkpoint.hpp"
#include "harness/run/run_log.hpp"
#include "harness/train/trainer.hpp"
#include "harness/workloads/batch_size.hpp"

namespace tessera {

/// A run from its configuration to its files: what `tessera train` does once it knows what is asked for.
class TrainingRun {
 public:
  struct Options {
    std::uint64_t seed = 0;
    std::string split = "";  // of each sample over ranks, see harness/plan/split.hpp; empty: none
    std::filesystem::path output;
    std::int64_t max_epochs = 1;
    std::optional<double> time_limit = std::nullopt;  // seconds, from the making of the TrainingRun
    std::string resume = "";  // checkpoint of the output directory to go on from; empty: a new run
    bool show_progress = true;
    std::filesystem::path stage_to{};  // a directory of this node to stage the data set to; empty: don't
    StagingPlan staging_plan = StagingPlan::Replicate;
  };
  /// How a run ended. Failed: with an error, which is said where it is caught.
  enum class End : std::uint8_t { TargetReached, TargetMissed, NotFinite, Stopped, Failed };

  /// Everything before run_start: sets up threads, opens the data set (no sample), prepares the network and
  /// warms up. Of a run to go on with, it reads the checkpoint and changes nothing yet. Collective; throws
  /// what all ranks throw.
  TrainingRun(const Communicator& world, const Config& config, Options options);

  /// Trains until the target, the last epoch, a loss that isn't finite, a signal or the time limit; writes
  /// result.txt, history.csv and run.json, and a checkpoint at the end of each epoch and when it is stopped.
  /// Returns the exit code of the program.
  int run();

 private:
  void open();
  Trainer::Options trainer_options();
  void plan_staging();
  SamplesToClear samples_to_clear() const;
  void stage();
  void say_what_is_run();
  void log_submission();
  void read_interrupted();
  void restore();
  void go_on();
  bool resumes() const { return !options_.resume.empty(); }
  bool stop_requested() const;
  RunIdentity identity() const;
  void save();
  End train();
  std::optional<End> end_of_run() const;
  // Both: how the run ended, if it did.
  std::optional<End> train_epoch(std::int64_t epoch);
  std::optional<End> evaluate(std::int64_t epoch);
  End not_finite(const std::string& when);
  bool out_of_patience() const;
  void write_history();  // where this rank writes
  void finish(End end);
  void say(const std::string& text);

  const Communicator& world_;
  Config config_;
  Options options_;
  bool writes_;  // this rank writes the files
  Stopwatch made_;
  StopSignals signals_;
  BatchSize batch_;
  ThreadChoice threads_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<ProcessGrid> grid_;
  DataShare share_;
  std::unique_ptr<Kernels> kernels_;
  std::function<void()> fault_;  // of tests; called in the middle of each step
  std::unique_ptr<RunLog> log_;
  std::unique_ptr<Trainer> trainer_;
  Progress progress_;

  std::string caches_, division_;
  std::string data_set_;             // by which it is known again; on the rank that writes
  EpochRecord current_;              // the epoch under way
  std::int64_t step_of_epoch_ = 0;   // steps done of it
  std::vector<EpochRecord> epochs_;  // trained and evaluated
  std::string failure_;              // why it was aborted, where that is more than a missed target
  double init_seconds_ = 0, run_seconds_ = 0;
  std::optional<Staging> staging_;  // keeps the directory locked
  nlohmann::json staged_ = nullptr;

  // Of a run that goes on; on the rank that writes, the earlier part.
  std::optional<Checkpoint> checkpoint_;  // until it is restored
  LogSoFar log_so_far_;
  double earlier_seconds_ = 0;  // from run_start until it goes on
};

}  // namespace tessera
