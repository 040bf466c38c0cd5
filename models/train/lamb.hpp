#pragma once

#include "models/train/moments.hpp"

namespace tessera {

/// LAMB (You et al., ICLR 2020, arXiv:1904.00962) as NVIDIA's FusedLAMB, the reference DeepCAM's, has it:
/// with bias correction, gradient averaging, decoupled weight decay, and the gradient of the whole network
/// clipped first. With g the gradient, t the step counted from 1, and b1, b2 the betas:
///
///     g = g / max(1, |all gradients| / max_gradient_norm)
///     m = b1 m + (1 - b1) g
///     v = b2 v + (1 - b2) g^2
///     u = (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon) + weight_decay w
///     w = w - learning_rate (|w| / |u|) u
///
/// Norms are Euclidean; |w| and |u| those of one parameter (one tensor) before the update, unbounded. The
/// trust ratio |w| / |u| is 1 where either norm is 0 (a bias that begins with zeros would never leave them),
/// and everywhere if weight_decay is 0.
///
/// Computed in the element of the store, squares summed in double precision; the bits don't depend on the
/// size of the OpenMP team.
class Lamb final : public Optimizer {
 public:
  Lamb(ParameterStore& parameters, const MomentSettings& settings, double max_gradient_norm = 1);

  void step(double learning_rate, std::int64_t steps_done) override;
  /// "exp_avg" and "exp_avg_sq": m and v.
  std::vector<OptimizerState> state() override { return moments_.state(); }

 private:
  // Part of one parameter, small enough for the cache. The chunks are fixed, and so is the order in which
  // their sums are added.
  struct Chunk {
    std::size_t begin, end;  // in the flat buffers
    int parameter;
    double gradient_squares = 0, value_squares = 0, update_squares = 0;
  };
  template <class T>
  class Update;

  template <class T>
  void step_as(double learning_rate, std::int64_t steps_done);
  template <class T>
  double gradient_norm();
  template <class T>
  void update_moments(T gradient_scale, const Update<T>& update);
  void find_trust_ratios();
  template <class T>
  void update_values(double learning_rate, const Update<T>& update);

  ParameterStore& parameters_;
  MomentSettings settings_;
  double max_gradient_norm_;
  Moments moments_;
  std::vector<Chunk> chunks_;
  std::vector<double> trust_ratios_;  // by parameter
};

}  // namespace tessera
