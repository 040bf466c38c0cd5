#pragma once

#include "models/network/parameters.hpp"
#include "models/train/optimizer.hpp"

namespace tessera {

enum class Momentum : std::uint8_t { Plain, Nesterov };

/// Stochastic gradient descent with momentum as Keras has it, and its L2 regulariser on the parameters whose
/// spec says `decayed`, whose penalty l2 w^2 adds 2 l2 w to the gradient g:
///
///     v = momentum v - learning_rate (g + 2 l2 w)
///     w = w + v                                         (Nesterov: momentum v - learning_rate (g + 2 l2 w))
///
/// Computed in the element of the store, in one pass over values, gradients and velocities by the OpenMP
/// team.
class Sgd final : public Optimizer {
 public:
  Sgd(ParameterStore& parameters, double momentum, double l2, Momentum kind = Momentum::Plain);

  void step(double learning_rate, std::int64_t steps_done) override;
  /// One buffer, "momentum": v.
  std::vector<OptimizerState> state() override { return {{"momentum", velocity_.data()}}; }

 private:
  // Neighbouring parameters with one penalty, as a run of elements in the flat buffers.
  struct Run {
    std::size_t begin, end;
    double l2;
  };

  template <class T>
  void step_as(T learning_rate);

  ParameterStore& parameters_;
  double momentum_;
  Momentum kind_;
  std::vector<Run> runs_;
  AlignedBytes velocity_;
};

}  // namespace tessera
