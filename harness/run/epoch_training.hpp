#pragma once

#include <optional>
#include <string>

#include "harness/process/progress.hpp"
#include "harness/run/run_directory.hpp"
#include "harness/run/run_files.hpp"
#include "harness/run/run_setup.hpp"
#include "harness/train/trainer.hpp"

namespace tessera {

/// The epochs of a run, one after another: trains, evaluates, logs them and shows how far they are. Borrows
/// all; `position` goes on with each step. Collective throughout.
class EpochTraining {
 public:
  EpochTraining(const RunSetup& setup, Trainer& trainer, RunFiles& files, RunPosition& position);

  /// The steps that are left of the epoch under way, and its evaluation, after which it is in history.csv.
  /// Returns how the run ended, if it did: NotFinite or Stopped.
  std::optional<RunEnd> train_and_evaluate();

  /// Which loss was not finite, and what was first; empty while it is.
  const std::string& failure() const { return failure_; }
  /// Before anything else is said.
  void clear_progress() { progress_.clear(); }
  /// Of all epochs so far, if there are any.
  void write_history();

 private:
  std::optional<RunEnd> train(std::int64_t epoch);
  std::optional<RunEnd> evaluate(std::int64_t epoch);
  RunEnd not_finite(const std::string& when);

  const RunSetup& setup_;
  Trainer& trainer_;
  RunFiles& files_;
  RunPosition& position_;
  Progress progress_;
  std::string failure_;
};

}  // namespace tessera
