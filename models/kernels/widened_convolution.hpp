#pragma once

#include <memory>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// The same convolution of tensors in the wide type.
ConvolutionProblem widened(ConvolutionProblem problem);

/// A convolution of bfloat16 tensors by a kernel of float32, which `make` makes: tensors are brought to
/// float32 in scratch memory, results are rounded once. For machines on which nothing computes with bfloat16;
/// it is as exact as what does, and slower than float32.
std::unique_ptr<LinearKernel> make_widened_convolution(const ConvolutionProblem& problem,
                                                       const MakeConvolution& make);

}  // namespace tessera
