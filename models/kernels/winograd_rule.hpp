#pragma once

#include "models/kernels/convolution_algorithm.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera::winograd {

/// Whether a direction of a convolution is computed by Winograd's filtering: where it can be, and is wanted
/// or costs less than all products. By the problem, the team and the instruction set alone, so that a machine
/// always comes to the same.
bool is_chosen(const ConvolutionProblem& problem, Direction direction, ConvolutionAlgorithm algorithm,
               int team);

}  // namespace tessera::winograd
