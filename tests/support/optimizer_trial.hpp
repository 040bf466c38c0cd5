#pragma once

#include <vector>

#include "models/base/random.hpp"
#include "models/network/parameters.hpp"
#include "models/train/initializers.hpp"
#include "models/train/optimizer.hpp"

/// Parameters, gradients and learning rates that optimizers are tried on. The gradients are made up, so that
/// their history is known; they don't depend on the values.
namespace tessera::test {

// Sizes that fill no line, fill lines exactly, and just begin one more.
inline std::vector<ParameterSpec> trial_specs() {
  return {{"dense_1/bias", {3}}, {"dense_1/kernel", {7, 3}, Initializer::GlorotUniform, true},
          {"dense/bias", {16}},  {"dense/kernel", {64, 7}, Initializer::GlorotUniform, true},
          {"conv3d/bias", {1}},  {"conv3d/kernel", {3, 3, 3, 5, 7}, Initializer::GlorotUniform}};
}

inline double trial_slope(int step, int parameter, std::size_t element) {
  return RandomStream{99, Purpose::Synthetic, static_cast<std::uint64_t>(step),
                      static_cast<std::uint64_t>(parameter)}
             .uniform(element) -
         0.5;
}

inline double trial_rate(int step) {
  return 0.05 / (1 + step);
}

/// scale: of the gradients.
template <class T>
void set_trial_gradients(ParameterStore& parameters, int step, double scale = 1) {
  for (int p = 0; p < parameters.count(); ++p)
    for (std::size_t i = 0; i < parameters.gradient<T>(p).size(); ++i)
      parameters.gradient<T>(p)[i] = static_cast<T>(scale * trial_slope(step, p, i));
}

/// Steps first .. last - 1 of the trial.
template <class T>
void take_trial_steps(ParameterStore& parameters, Optimizer& optimizer, int first, int last,
                      double scale = 1) {
  for (int step = first; step < last; ++step) {
    set_trial_gradients<T>(parameters, step, scale);
    optimizer.step(trial_rate(step), step);
  }
}

/// By parameter.
template <class T>
std::vector<std::vector<double>> values_of(ParameterStore& parameters) {
  std::vector<std::vector<double>> values;
  for (int p = 0; p < parameters.count(); ++p)
    values.emplace_back(parameters.value<T>(p).begin(), parameters.value<T>(p).end());
  return values;
}

}  // namespace tessera::test
