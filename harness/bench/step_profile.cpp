#include "harness/bench/stepper.hpp"

#include <utility>

#include "harness/process/statistics.hpp"
#include "harness/train/trainer.hpp"
#include "models/train/initializers.hpp"

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;

template <class T>
void fill(std::span<T> values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i % 97) / T{97};
}

}  // namespace

Stepper::Stepper(const Workload& workload, const ProcessGrid& grid, Kernels& kernels, std::int64_t batch,
                 Overlap overlap)
    : workload_(workload),
      grid_(grid),
      graph_(workload.graph(batch)),
      parameters_(graph_.parameters(), kernels.element()),
      network_(make_network(grid, graph_, kernels, parameters_, overlap)),
      optimizer_(workload.make_optimizer(parameters_)),
      reducer_(grid.world(), parameters_, kGradientBucketBytes),
      norm_group_(norm_group(grid, workload)),
      spatial_(grid.spatial()),
      norm_(norm_group_),
      input_(network_->input_layout()),
      target_(target_layout(workload, *network_)),
      samples_(static_cast<std::size_t>(batch), 0),
      hooks_{[this](int parameter) { reducer_.ready(parameter); }, [this] { reducer_.poke(); }} {
  initialize(parameters_, 1);
  kernels.element() == Element::F64 ? fill(input_.view().span<double>()) : fill(input_.view().span<float>());
  network_->observe([this](const ProgramStep& step) { note(step); });
}

void Stepper::note(const ProgramStep& step) {
  const double seconds = watch_.lap(), cpu = cpu_watch_.lap();
  calls_[{step.node, step.kind, step.input}].push_back(seconds);
  if (exchanges(step.kind)) {
    now_.exposed_exchange += seconds;
  } else if (step.kind == Kind::Ready) {
    now_.exposed_reduction += seconds;
  } else {
    now_.compute += seconds;
    now_.compute_cpu += cpu;
  }
}

void Stepper::step() {
  const StepContext context{true, 1, 0, samples_, spatial_, norm_};
  now_ = {};
  grid_.world().barrier();  // nobody waits in this step for what came before it
  const Stopwatch whole;
  watch_.lap();
  cpu_watch_.lap();
  const ConstTensorView prediction = network_->forward(std::as_const(input_).view(), context);
  workload_.loss().share(
      prediction, std::as_const(target_).view(),
      share_of_loss(graph_, grid_, static_cast<std::int64_t>(samples_.size()) * grid_.dims().replicas,
                    static_cast<std::int64_t>(samples_.size())),
      network_->output_gradient());
  now_.loss = watch_.lap();
  cpu_watch_.lap();
  network_->backward(context, hooks_);
  watch_.lap();
  reducer_.finish();
  now_.exposed_reduction += watch_.lap();
  optimizer_->step(1e-6, 0);
  now_.update = watch_.lap();
  now_.step = whole.seconds();
  times_.push_back(now_);
}

void Stepper::forget() {
  calls_.clear();
  times_.clear();
}

StepTimes Stepper::times() const {
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

double Stepper::seconds(const ProgramStep& step) const {
  const auto found = calls_.find({step.node, step.kind, step.input});
  return found == calls_.end() ? 0 : median(found->second);
}

}  // namespace tessera
