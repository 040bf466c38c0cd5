#pragma once

#include <cstddef>
#include <vector>

#include "harness/process/stopwatch.hpp"
#include "harness/train/step_observer.hpp"

namespace tessera {

/// Where the time of one rank's training steps goes, in seconds, summed over the steps that it observes.
/// Allocates nothing while they run.
class StepTotals final : public StepObserver {
 public:
  struct Sums {
    double compute = 0;  // the layers' calls, the loss and the update
    double loss = 0, update = 0;
    double exposed_exchange = 0, exposed_reduction = 0;
    double compute_cpu = 0;  // CPU time of all threads of the process during compute
  };

  /// From here on steps count, those of this program.
  void begin(const Program& program);

  void begin_pass() override;
  void done(const ProgramStep& step) override;
  void done(StepPhase phase) override;

  const Sums& sums() const { return sums_; }
  /// By step of the program, those forward first; over the passes too.
  const std::vector<double>& program_seconds() const { return program_seconds_; }

 private:
  Stopwatch watch_;
  CpuStopwatch cpu_watch_;
  Sums sums_;
  std::vector<double> program_seconds_;  // none before begin()
  std::size_t next_ = 0;                 // step of the program
};

}  // namespace tessera
