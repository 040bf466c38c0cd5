#include "harness/bench/step_profile.hpp"

#include "harness/process/statistics.hpp"

namespace tessera {

void StepProfile::begin_pass() {
  watch_.lap();
  cpu_watch_.lap();
}

void StepProfile::done(const ProgramStep& step) {
  const double seconds = watch_.lap(), cpu = cpu_watch_.lap();
  if (!counts_) return;
  calls_[{step.node, step.kind, step.input}].push_back(seconds);
  if (exchanges(step.kind)) {
    now_.exposed_exchange += seconds;
  } else if (step.kind == ProgramStep::Kind::Ready) {
    now_.exposed_reduction += seconds;
  } else {
    now_.compute += seconds;
    now_.compute_cpu += cpu;
  }
}

void StepProfile::done(StepPhase phase) {
  const double seconds = watch_.lap();
  switch (phase) {
    case StepPhase::Loss:
      now_.loss += seconds;
      return;
    case StepPhase::Reduction:
      now_.exposed_reduction += seconds;
      return;
    case StepPhase::Update:
      now_.update += seconds;
      return;
  }
}

void StepProfile::begin_step() {
  now_ = {};
  counts_ = true;
  whole_.lap();
}

void StepProfile::end_step() {
  now_.step = whole_.seconds();
  counts_ = false;
  times_.push_back(now_);
}

StepTimes StepProfile::times() const {
  StepTimes medians;
  for (double StepTimes::*const time :
       {&StepTimes::step, &StepTimes::compute, &StepTimes::loss, &StepTimes::update,
        &StepTimes::exposed_exchange, &StepTimes::exposed_reduction, &StepTimes::compute_cpu}) {
    std::vector<double> values;
    for (const StepTimes& of_step : times_) values.push_back(of_step.*time);
    medians.*time = median(values);
  }
  return medians;
}

std::vector<double> StepProfile::step_seconds() const {
  std::vector<double> seconds;
  for (const StepTimes& of_step : times_) seconds.push_back(of_step.step);
  return seconds;
}

double StepProfile::seconds(const ProgramStep& step) const {
  const auto found = calls_.find({step.node, step.kind, step.input});
  return found == calls_.end() ? 0 : median(found->second);
}

}  // namespace tessera
