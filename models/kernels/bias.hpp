#pragma once

#include <cstddef>

#include "models/base/tensor.hpp"

/// A number a channel, in the wide type of the tensor's element, for kernels that have no bias of their own.
/// By the OpenMP team, whose size is of no consequence to the bits.
namespace tessera {

/// y + bias at all positions, rounded once more where y is in a narrow type.
void add_bias(const std::byte* bias, TensorView y);

/// Overwrites the gradient of these numbers: the sum of dy over all positions, taken in double precision.
void sum_bias_gradient(ConstTensorView dy, std::byte* gradient);

}  // namespace tessera
