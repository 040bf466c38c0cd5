#pragma once

#include <functional>
#include <memory>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Whether a convolution with its pool can be computed slab by slab: without strides, dilation, groups and
/// gradients of inputs.
bool can_be_slabbed(const PooledConvolutionProblem& problem);

using MakePooledConvolution =
    std::function<std::unique_ptr<PooledConvolutionKernel>(const PooledConvolutionProblem&)>;

/// A part of the map between convolution and pool at a time, which stays in a thread's cache, if it is in
/// memory at all: it never is as a whole, and neither is its gradient; see PooledWeightGradient.
/// of_slab: makes the forward passes of the slabs.
std::unique_ptr<PooledConvolutionKernel> make_slabbed_pooled_convolution(
    const PooledConvolutionProblem& problem, const MakePooledConvolution& of_slab);

}  // namespace tessera
