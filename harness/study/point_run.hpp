#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/files/directory_lock.hpp"

namespace tessera {

/// A command that runs a point of a study.
struct PointCommand {
  std::vector<std::string> words;                   // launcher, program and its arguments
  std::filesystem::path directory;                  // is there; what the point says is appended to output.txt
  std::string slurm_step;                           // its name, where the launcher is srun; else empty
  std::optional<double> time_limit = std::nullopt;  // in seconds
};

/// How it ended.
struct PointEnd {
  int code = 0;
  int signal = 0;          // that this process got meanwhile, upon which the point was ended; 0: none
  bool timed_out = false;  // it was ended at its time limit
};

/// Starts the command and waits for its end. A signal to this process (the caller keeps StopSignals) and the
/// time limit end it by SIGTERM, through Slurm where it is a step. Throws as ChildProcess does, and
/// MachineError where the lock is lost, when the command has ended.
PointEnd run_to_end(const PointCommand& command, DirectoryLock& lock);

}  // namespace tessera
