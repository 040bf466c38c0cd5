#include "harness/bench/step_totals.hpp"

namespace tessera {

void StepTotals::begin(const Program& program) {
  sums_ = {};
  program_seconds_.assign(program.forward.size() + program.backward.size(), 0.0);
  next_ = 0;
}

// Of a pass backward too, which goes on where the one forward ended.
void StepTotals::begin_pass() {
  if (next_ == program_seconds_.size()) next_ = 0;
  watch_.lap();
  cpu_watch_.lap();
}

void StepTotals::done(const ProgramStep& step) {
  if (program_seconds_.empty()) return;
  const double seconds = watch_.lap(), cpu = cpu_watch_.lap();
  program_seconds_[next_++] += seconds;
  if (exchanges(step.kind)) {
    sums_.exposed_exchange += seconds;
  } else if (step.kind == ProgramStep::Kind::Ready) {
    sums_.exposed_reduction += seconds;
  } else {
    sums_.compute += seconds;
    sums_.compute_cpu += cpu;
  }
}

void StepTotals::done(StepPhase phase) {
  const double seconds = watch_.lap(), cpu = cpu_watch_.lap();
  if (phase == StepPhase::Reduction) {
    sums_.exposed_reduction += seconds;
    return;
  }
  (phase == StepPhase::Loss ? sums_.loss : sums_.update) += seconds;
  sums_.compute += seconds;
  sums_.compute_cpu += cpu;
}

}  // namespace tessera
