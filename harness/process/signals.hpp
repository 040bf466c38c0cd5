#pragma once

#include <array>
#include <csignal>

namespace tessera {

/// The exit code of a run that was stopped by its own limit, or warned by its site that its time is up, and
/// left a checkpoint: start it again.
inline constexpr int kCanBeResumed = 75;

/// A signal that asks a program to end, and the exit code of one that did so cleanly: as shells count, 128
/// more than its number, but for the warnings that sites send before a job's time is over.
struct StopSignal {
  int number;
  const char* name;
  int exit_code;
};
inline constexpr std::array<StopSignal, 6> kStopSignals{{{SIGTERM, "SIGTERM", 128 + SIGTERM},
                                                         {SIGINT, "SIGINT", 128 + SIGINT},
                                                         {SIGHUP, "SIGHUP", 128 + SIGHUP},
                                                         {SIGUSR1, "SIGUSR1", kCanBeResumed},
                                                         {SIGUSR2, "SIGUSR2", kCanBeResumed},
                                                         {SIGXCPU, "SIGXCPU", kCanBeResumed}}};

/// While it lives, these signals don't end the process but are remembered, so that a run can end cleanly: ask
/// between steps, agree over the ranks (a signal may reach one of them alone), close everything, return
/// exit_code_of(received()). SIGHUP stays ignored where it was, as under `nohup`. A second SIGINT ends the
/// process at once, as an impatient Ctrl-C should; of the others a second one does not, since a batch system
/// may reach a rank twice, itself and through the launcher. A pipe that nobody reads any more ends nothing
/// either, since a launcher that is killed leaves such ones. One object at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// The last signal that came, 0 if none.
  static int received();

 private:
  std::array<struct sigaction, kStopSignals.size()> old_{};
  struct sigaction old_pipe_ {};
};

/// Of one of kStopSignals: "SIGTERM".
const char* name_of_signal(int signal);
/// Of one of kStopSignals.
int exit_code_of(int signal);

}  // namespace tessera
