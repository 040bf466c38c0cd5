#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/files/directory_lock.hpp"

namespace tessera {

/// A run that waits to be started.
struct QueuedRun {
  std::string title;                 // for people: "run 2 of 10 (seed 7)"
  std::filesystem::path directory;   // is made; what the run says is appended to output.txt there
  std::vector<std::string> command;  // the program and its arguments
  std::string slurm_step;            // its name, where the command is srun's; else empty
};

/// How queued runs are gone through. Borrows the lock.
struct RunQueueOptions {
  int side_by_side = 1;                                // at a time, each with its share of the cores
  int ranks = 1;                                       // that each is to have
  const std::function<void(const std::string&)>& say;  // is given lines for people
  DirectoryLock& lock;                                 // of the directory that they lie in
  std::function<void()> ended;                         // is called when a run has ended, under the lock
  /// Where it is set, a run that fails ends itself alone: it is called in place of ending all.
  std::function<void(const QueuedRun& run, int exit_code)> failed = {};
  /// Then all end with a checkpoint, as by a signal; the code is kCanBeResumed.
  std::optional<std::chrono::steady_clock::time_point> until = {};
};

/// Why a run doesn't count that had another number of ranks than it was to have, as a clause.
std::string wrong_ranks(int had, int wanted);

/// Starts the runs in their order, and waits for them. A signal is handed on to those under way, which end
/// with a checkpoint. A run that has ended, but isn't finished (see is_finished()), or had another number of
/// ranks, ends all: it is reported with its last words, and the others get SIGTERM; so do all where the lock
/// is lost. Steps of Slurm get it through Slurm: srun would end them at once.
/// That a run waits for another to end, with which it was to train side by side, is said.
/// Returns 0 when all are finished; as exit_code_of() has it when a signal came, to this process or to one of
/// the runs; 2 if the run that ended all ended so, else 3. What is thrown while runs are under way is thrown
/// on when these were stopped and have ended; MachineError where the lock was lost.
int run_all(std::vector<QueuedRun> runs, const RunQueueOptions& options);

}  // namespace tessera
