#include "models/train/adam.hpp"

#include <cmath>

namespace tessera {

Adam::Adam(ParameterStore& parameters, const MomentSettings& settings, WeightDecay decay)
    : parameters_(parameters), settings_(settings), decay_(decay), moments_(parameters) {
  assert(settings.epsilon > 0);  // or padding would be 0 / 0
}

// Padding stays zero by itself. Lines leave no remainder loop, as in Sgd.
template <class T>
void Adam::step_as(double learning_rate, const BiasCorrection& correction) {
  constexpr std::size_t kLine = 64 / sizeof(T);
  const std::size_t end = parameters_.offset(parameters_.trained());
  T* const values = reinterpret_cast<T*>(parameters_.values());
  const T* const gradients = reinterpret_cast<const T*>(parameters_.gradients());
  T *const m = moments_.m<T>(), *const v = moments_.v<T>();
  const bool decoupled = decay_ == WeightDecay::Decoupled;
  const T beta1 = static_cast<T>(settings_.beta1), gain1 = static_cast<T>(1 - settings_.beta1);
  const T beta2 = static_cast<T>(settings_.beta2), gain2 = static_cast<T>(1 - settings_.beta2);
  const T penalty = static_cast<T>(decoupled ? 0 : settings_.weight_decay);
  const T kept = static_cast<T>(decoupled ? 1 - learning_rate * settings_.weight_decay : 1);
  const T rate = static_cast<T>(learning_rate / correction.m);
  const T root = static_cast<T>(1 / std::sqrt(correction.v)), epsilon = static_cast<T>(settings_.epsilon);
#pragma omp parallel for schedule(static)
  for (std::size_t line = 0; line < end; line += kLine) {
#pragma omp simd
    for (std::size_t i = line; i < line + kLine; ++i) {
      const T gradient = gradients[i] + penalty * values[i];
      m[i] = beta1 * m[i] + gain1 * gradient;
      v[i] = beta2 * v[i] + gain2 * gradient * gradient;
      values[i] = kept * values[i] - rate * m[i] / (std::sqrt(v[i]) * root + epsilon);
    }
  }
}

void Adam::step(double learning_rate, std::int64_t steps_done) {
  const BiasCorrection correction(settings_, steps_done);
  with_wide_element(parameters_.element(), [&]<class T>(T) { step_as<T>(learning_rate, correction); });
}

}  // namespace tessera
