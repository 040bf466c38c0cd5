#pragma once

#include <memory>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Whether make_fused_pooled_convolution can compute a convolution with its pool, and the library isn't
/// better at it: one that can be slabbed, in float, with weights as Keras has them, of one, two or four input
/// channels and vectors full of output channels, and a pool without padding of windows of 2 × 2 × 2 or
/// 1 × 2 × 2, side by side; where it is compiled for vectors of 16.
bool can_be_fused(const PooledConvolutionProblem& problem);

/// The forward pass alone of a convolution with its pool, on the calling thread. Output channels are the
/// vector lanes. All sums that a pooled element is the largest of stay in registers, while the inputs that
/// they read, along W a run of memory, and the weights as they are kept pass by; so the map between
/// convolution and pool is never in memory. An element's sum is taken in the same order wherever it is in its
/// tensor.
std::unique_ptr<PooledConvolutionKernel> make_fused_pooled_convolution(
    const PooledConvolutionProblem& problem);

}  // namespace tessera
