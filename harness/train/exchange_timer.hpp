#pragma once

#include "harness/process/stopwatch.hpp"
#include "models/network/program.hpp"

namespace tessera {

/// Seconds that a network spends in its exchanges: packing, and waiting for what compute didn't hide, the
/// other processes' lateness included.
class ExchangeTimer {
 public:
  /// Before a forward or backward pass.
  void start() { watch_.lap(); }
  /// After each step of the program.
  void note(const ProgramStep& step) {
    const double seconds = watch_.lap();
    if (exchanges(step.kind)) seconds_ += seconds;
  }
  /// Since it was reset.
  double seconds() const { return seconds_; }
  void reset() { seconds_ = 0; }

 private:
  Stopwatch watch_;
  double seconds_ = 0;
};

}  // namespace tessera
