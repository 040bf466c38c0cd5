#pragma once

#include <variant>

#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera {

/// What a kernel of max-pooling is made for.
struct MaxPoolProblem : WindowProblem {
  double negative_slope = 1;
  friend bool operator==(const MaxPoolProblem&, const MaxPoolProblem&) = default;
};

/// What some kernel is made for.
using KernelProblem =
    std::variant<ConvolutionProblem, MaxPoolProblem, DenseProblem, PooledConvolutionProblem>;

/// The direction of a convolution that is behind a call of its layer: a transposed convolution goes forward
/// by the gradient of inputs of the convolution whose adjoint it is, and backward by its forward pass. As
/// well the other way round.
Direction primitive_of(const ConvolutionProblem& problem, Direction call);

}  // namespace tessera
