#pragma once

#include <memory>

#include "models/kernels/kernels.hpp"
#include "models/kernels/onednn_primitive.hpp"

namespace tessera::onednn {

std::unique_ptr<LinearKernel> make_convolution(const Device& device, const ConvolutionProblem& problem,
                                               ConvolutionAlgorithm algorithm);
std::unique_ptr<LinearKernel> make_dense(const Device& device, const DenseProblem& problem);

}  // namespace tessera::onednn
