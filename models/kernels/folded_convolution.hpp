#pragma once

#include <memory>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Whether a convolution can be computed as a folded one: the first of a network (no input gradients), with
/// few channels, a window of several cells along W, and weights as Keras has them.
bool can_be_folded(const ConvolutionProblem& problem);

/// A convolution of few channels, which matrix units are badly filled with, as one of more: the C channels of
/// the K cells of a window's row become the channels of one cell, K * C of them and zeros up to a multiple of
/// 16, and the window is one cell wide. Slab by slab, so that what is folded stays in the cache.
/// inner: makes the convolutions of the slabs.
std::unique_ptr<LinearKernel> make_folded_convolution(const ConvolutionProblem& problem,
                                                      const MakeConvolution& inner);

}  // namespace tessera
