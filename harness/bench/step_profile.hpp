#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "harness/process/stopwatch.hpp"
#include "harness/train/step_observer.hpp"

namespace tessera {

/// Where the time of one rank's training step went, in seconds. Exposed: waited for, other ranks' lateness
/// included.
struct StepTimes {
  double step = 0;  // forward, loss, backward, sum of gradients, update
  double compute = 0, loss = 0, update = 0;
  double exposed_exchange = 0, exposed_reduction = 0;
  double compute_cpu = 0;  // CPU time of all threads of the process during compute
};

/// Times each call of an operation in the steps that it observes.
class StepProfile final : public StepObserver {
 public:
  void begin_pass() override;
  void done(const ProgramStep& step) override;
  void done(StepPhase phase) override;

  /// Around each step that counts; what is heard outside is forgotten.
  void begin_step();
  void end_step();

  /// Medians over the steps that counted.
  StepTimes times() const;
  /// All of each step that counted, in their order.
  std::vector<double> step_seconds() const;
  /// The same of one step of the program, over the passes too; 0 where it isn't in it.
  double seconds(const ProgramStep& step) const;

 private:
  bool counts_ = false;
  Stopwatch whole_, watch_;
  CpuStopwatch cpu_watch_;
  StepTimes now_;                 // of the step under way
  std::vector<StepTimes> times_;  // of those done
  std::map<std::tuple<NodeId, ProgramStep::Kind, int>, std::vector<double>> calls_;
};

}  // namespace tessera
