#include "harness/study/point_run.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "harness/process/child_process.hpp"
#include "harness/process/signals.hpp"
#include "harness/process/slurm.hpp"
#include "harness/process/stopwatch.hpp"
#include "harness/run/run_directory.hpp"

namespace tessera {

PointEnd run_to_end(const QueuedRun& run, std::optional<double> time_limit, DirectoryLock& lock) {
  constexpr std::chrono::milliseconds kBetweenPolls{50};
  constexpr double kGraceSeconds = 60;  // for a checkpoint and an orderly end
  std::signal(SIGCHLD, SIG_DFL);        // where it is ignored, as some parents leave it, no exit code is kept
  ChildProcess child({.words = run.command,
                      .environment = environment_without_mpi_world(environ),
                      .output = run.directory / kSaidName,
                      .cpus = std::nullopt});
  const Stopwatch watch;
  PointEnd end;
  std::optional<int> code;
  double stopped_at = 0;
  for (bool stopped = false; !(code = child.poll());) {
    end.signal = StopSignals::received();
    const bool late = time_limit && watch.seconds() > *time_limit;
    if (!stopped && (end.signal != 0 || late || lock.is_lost())) {
      stopped = true;
      stopped_at = watch.seconds();
      end.timed_out = late && end.signal == 0;
      if (run.slurm_step.empty() || !terminate_slurm_step(run.slurm_step)) child.send(SIGTERM);
    }
    if (stopped && watch.seconds() - stopped_at > kGraceSeconds) child.send(SIGKILL);
    std::this_thread::sleep_for(kBetweenPolls);
  }
  lock.check();
  end.code = *code;
  return end;
}

}  // namespace tessera
