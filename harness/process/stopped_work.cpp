#include "harness/process/stopped_work.hpp"

#include <fmt/core.h>

#include <iostream>

#include "harness/process/signals.hpp"

namespace tessera {

int agreed_signal(const Communicator& world) {
  return static_cast<int>(world.max(StopSignals::received()));
}

int end_of_stopped_work(const Communicator& world) {
  const int signal = agreed_signal(world);
  if (world.rank() == 0)
    std::cout << fmt::format("stopped by {}; the same command goes on", name_of_signal(signal)) << std::endl;
  return exit_code_of(signal);
}

}  // namespace tessera
