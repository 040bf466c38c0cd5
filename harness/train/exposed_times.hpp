#pragma once

#include "harness/process/stopwatch.hpp"
#include "harness/train/step_observer.hpp"

namespace tessera {

/// Seconds that training steps spend in exchanges (packing, and waiting for what compute didn't hide) and in
/// waiting for the sums of gradients; the other processes' lateness is part of both.
class ExposedTimes final : public StepObserver {
 public:
  void begin_pass() override { watch_.lap(); }
  void done(const ProgramStep& step) override {
    const double seconds = watch_.lap();
    if (exchanges(step.kind)) exchange_ += seconds;
  }
  void done(StepPhase phase) override {
    const double seconds = watch_.lap();
    if (phase == StepPhase::Reduction) reduction_ += seconds;
  }

  /// Since they were reset.
  double exchange() const { return exchange_; }
  double reduction() const { return reduction_; }
  void reset() { exchange_ = reduction_ = 0; }

 private:
  Stopwatch watch_;
  double exchange_ = 0, reduction_ = 0;
};

}  // namespace tessera
