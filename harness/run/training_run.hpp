#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/machine/threads.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/run/cache_clear.hpp"
#include "harness/run/epoch_training.hpp"
#include "harness/run/interrupted_run.hpp"
#include "harness/run/run_files.hpp"
#include "harness/run/run_setup.hpp"
#include "harness/train/trainer.hpp"

namespace tessera {

/// A run from its configuration to its files: what `tessera train` does once it knows what is asked for. It
/// asks StopSignals, which the caller keeps.
class TrainingRun {
 public:
  using Options = RunOptions;

  /// Everything before run_start: sets up threads, opens the data set (no sample), prepares the network and
  /// warms up. Of a run to go on with, it reads the checkpoint and changes nothing yet. Collective; throws
  /// what all ranks throw.
  TrainingRun(const Communicator& world, const Config& config, Options options);

  /// Trains until the target, the last epoch, a loss that isn't finite, a signal or the time limit; writes
  /// result.txt, history.csv and run.json, and a checkpoint at the end of each epoch and when it is stopped.
  /// Returns the exit code of the program. Throws a machine's failure, and writes nothing more, where another
  /// process took the output directory.
  int run();

 private:
  void open_files();
  void check_kernels();
  void plan_staging();
  SamplesToClear samples_to_clear() const;
  void clear_caches();
  bool stage();  // false where it was stopped
  void make_trainer();
  void warn_of_slow_kernels() const;
  void restore();
  void go_on();
  bool stop_requested() const;
  std::string stop_text(int signal) const;
  RunEnd train();
  void check_parameters();
  std::optional<RunEnd> end_of_epochs() const;
  void save();
  nlohmann::json report_energy();
  void fail(const std::string& problem, double seconds);
  void finish(RunEnd end, double seconds);
  void say(const std::string& text) const;

  double age_when_made_;  // of the process, in seconds
  Stopwatch made_;
  RunSetup setup_;
  std::optional<RunFiles> files_;
  std::optional<InterruptedRun> interrupted_;  // of a run that goes on, on the rank that writes
  std::optional<Staging> staging_;             // keeps its directory locked
  nlohmann::json staged_ = nullptr;
  bool stopped_early_ = false;  // while data was staged
  ThreadChoice threads_;
  std::optional<RunMeter> meter_;  // where energy is asked for
  std::unique_ptr<Kernels> kernels_;
  double self_check_seconds_ = 0;
  std::unique_ptr<Trainer> trainer_;

  std::string caches_, division_;
  RunPosition position_;        // steps and times are the trainer's until it is saved
  std::string element_change_;  // of a run that goes on: "float32 to bf16", where it does so in another
  double earlier_seconds_ = 0;  // of a run that goes on: from run_start until then
  std::optional<EpochTraining> epochs_;
  std::optional<std::uint64_t> parameters_checksum_;  // of all ranks, at the end
  std::string failure_;  // why it was aborted, where that is more than a missed target
};

}  // namespace tessera
