#pragma once

#include <optional>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// The convolution of dy that gives dx, if there is one: without strides, with the taps reversed and the
/// channels' roles exchanged.
std::optional<ConvolutionProblem> mirrored(const ConvolutionProblem& problem);

}  // namespace tessera
