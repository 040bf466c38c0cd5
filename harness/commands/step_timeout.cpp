#include "harness/commands/step_timeout.hpp"

#include <csignal>

#include "harness/process/signals.hpp"

namespace tessera {

void add_step_timeout(CommandSyntax command, StepTimeout& seconds) {
  command
      .option(
          "--step-timeout", seconds,
          "SECONDS without a step, or a piece of work done, after which ranks give up those that they wait "
          "for, and end with exit code 3; 0: never; by default the larger of 600 and 20 times the longest "
          "step so far")
      .at_least_zero();
}

std::unique_ptr<WaitWatch> watch_waits(const Communicator& world, const StepTimeout& seconds) {
  if (seconds == 0 || world.size() == 1) return nullptr;
  WaitWatch::Options options;
  if (seconds) options.limit_seconds = static_cast<double>(*seconds);
  // Others warn that the time will be over soon.
  options.asked_to_end = [] {
    const int signal = StopSignals::received();
    return signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
  };
  return std::make_unique<WaitWatch>(world, std::move(options));
}

}  // namespace tessera
