#pragma once

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Max-pooling in float or bfloat16, written for the memory bus: each element of x is read once, each of dx
/// written once; channels are the vector lanes; rows are shared among the OpenMP team. At most 127 taps.
std::unique_ptr<MaxPoolKernel> make_vector_max_pool(const WindowProblem& problem, double negative_slope);

}  // namespace tessera
