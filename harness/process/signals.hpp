#pragma once

#include <csignal>

namespace tessera {

/// While it lives, SIGTERM and SIGINT don't end the process but are remembered, so that a run can end
/// cleanly: ask between steps, agree over the ranks (a signal may reach one of them alone), close
/// everything, return exit_code_of(received()). A second SIGINT ends the process at once, as an impatient
/// Ctrl-C should; a second SIGTERM does not, since a batch system may reach a rank twice, itself and
/// through the launcher. One object at a time.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  /// The signal that came, 0 if none.
  static int received();

 private:
  struct sigaction old_terminate_ {};
  struct sigaction old_interrupt_ {};
};

/// "SIGTERM" or "SIGINT".
constexpr const char* name_of_signal(int signal) {
  return signal == SIGINT ? "SIGINT" : "SIGTERM";
}

/// The exit code of a process that ends because of a signal, as shells count: 143 for SIGTERM.
constexpr int exit_code_of(int signal) {
  return 128 + signal;
}

}  // namespace tessera
