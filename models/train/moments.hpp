#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "models/network/parameters.hpp"
#include "models/train/optimizer.hpp"

namespace tessera {

/// What Adam, AdamW and LAMB are set by. As in the reference DeepCAM, weight decay acts on every trained
/// parameter, biases and normalisation included.
struct MomentSettings {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-6;  // above 0; as the rules fix it
  double weight_decay = 0;
};

/// Running means of the gradient (m) and of its square (v), element by element, in the layout of a
/// ParameterStore's flat buffers; zero before the first step.
class Moments {
 public:
  explicit Moments(const ParameterStore& parameters)
      : m_(parameters.trained_bytes()), v_(parameters.trained_bytes()) {}

  template <class T>
  T* m() {
    return reinterpret_cast<T*>(m_.data());
  }
  template <class T>
  T* v() {
    return reinterpret_cast<T*>(v_.data());
  }
  /// Named as in PyTorch's state dictionaries: "exp_avg" (m) and "exp_avg_sq" (v).
  std::vector<OptimizerState> state() { return {{"exp_avg", m_.data()}, {"exp_avg_sq", v_.data()}}; }

 private:
  AlignedBytes m_, v_;
};

/// What m and v of a step are divided by, as they began with zero (Kingma & Ba, ICLR 2015, section 3).
struct BiasCorrection {
  double m, v;

  BiasCorrection(const MomentSettings& settings, std::int64_t steps_done)
      : m(1 - std::pow(settings.beta1, static_cast<double>(steps_done + 1))),
        v(1 - std::pow(settings.beta2, static_cast<double>(steps_done + 1))) {}
};

}  // namespace tessera
