#pragma once

#include <optional>

#include "harness/campaign/run_queue.hpp"
#include "io/files/directory_lock.hpp"

namespace tessera {

/// How the run of a point of a study ended.
struct PointEnd {
  int code = 0;
  int signal = 0;          // that this process got meanwhile, upon which the point was ended; 0: none
  bool timed_out = false;  // it was ended at its time limit
};

/// Starts the run of a point, whose directory is there, and waits for its end. A signal to this process (the
/// caller keeps StopSignals) and the time limit, in seconds, end it by SIGTERM, through Slurm where it is a
/// step; a minute later SIGKILL does. Throws as ChildProcess does, and MachineError where the lock is lost,
/// when the run has ended.
PointEnd run_to_end(const QueuedRun& run, std::optional<double> time_limit, DirectoryLock& lock);

}  // namespace tessera
