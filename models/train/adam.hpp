#pragma once

#include "models/train/moments.hpp"

namespace tessera {

/// How Adam shrinks weights: as part of the gradient (Adam, L2 regularisation) or beside it (AdamW;
/// Loshchilov & Hutter, ICLR 2019).
enum class WeightDecay : std::uint8_t { InGradient, Decoupled };

/// Adam and AdamW as PyTorch defines them. With g the gradient, t the step counted from 1, and b1, b2 the
/// betas:
///
///     g = g + weight_decay w                               (Adam)
///     w = w - learning_rate weight_decay w                 (AdamW)
///     m = b1 m + (1 - b1) g
///     v = b2 v + (1 - b2) g^2
///     w = w - learning_rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
///
/// Computed in the element of the store, in one pass over values, gradients and moments by the OpenMP team;
/// the bits don't depend on its size.
class Adam final : public Optimizer {
 public:
  Adam(ParameterStore& parameters, const MomentSettings& settings, WeightDecay decay);

  void step(double learning_rate, std::int64_t steps_done) override;
  /// "exp_avg" and "exp_avg_sq": m and v.
  std::vector<OptimizerState> state() override { return moments_.state(); }

 private:
  template <class T>
  void step_as(double learning_rate, const BiasCorrection& correction);

  ParameterStore& parameters_;
  MomentSettings settings_;
  WeightDecay decay_;
  Moments moments_;
};

}  // namespace tessera
