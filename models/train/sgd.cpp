#include "models/train/sgd.hpp"

namespace tessera {

Sgd::Sgd(ParameterStore& parameters, double momentum, double l2, Momentum kind)
    : parameters_(parameters), momentum_(momentum), kind_(kind), velocity_(parameters.trained_bytes()) {
  for (int p = 0; p < parameters.trained(); ++p) {
    const double penalty = parameters.spec(p).decayed ? l2 : 0.0;
    const std::size_t end = parameters.offset(p + 1);
    if (!runs_.empty() && runs_.back().l2 == penalty)
      runs_.back().end = end;
    else
      runs_.push_back({parameters.offset(p), end, penalty});
  }
}

// Runs are whole 64-byte lines, as parameters are, and the padding in them stays zero by itself. Going line
// by line leaves no remainder loop, whose rounding could differ: the bits don't depend on the size of the
// team.
template <class T>
void Sgd::step_as(T learning_rate) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  T* const values = reinterpret_cast<T*>(parameters_.values());
  const T* const gradients = reinterpret_cast<const T*>(parameters_.gradients());
  T* const velocities = reinterpret_cast<T*>(velocity_.data());
  const T momentum = static_cast<T>(momentum_);
  const bool ahead = kind_ == Momentum::Nesterov;
#pragma omp parallel
  for (const Run& run : runs_) {
    const T decay = static_cast<T>(2 * run.l2);
#pragma omp for schedule(static) nowait
    for (std::size_t line = run.begin; line < run.end; line += kLine) {
#pragma omp simd
      for (std::size_t i = line; i < line + kLine; ++i) {
        const T gradient = gradients[i] + decay * values[i];
        const T change = learning_rate * gradient;
        velocities[i] = momentum * velocities[i] - change;
        values[i] += ahead ? momentum * velocities[i] - change : velocities[i];
      }
    }
  }
}

void Sgd::step(double learning_rate, std::int64_t /*steps_done*/) {
  with_wide_element(parameters_.element(), [&]<class T>(T) { step_as<T>(static_cast<T>(learning_rate)); });
}

}  // namespace tessera
