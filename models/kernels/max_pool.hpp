#pragma once

#include "models/kernels/kernels.hpp"

namespace tessera {

/// In the byte that max-pooling keeps for each pooled element: it is <= 0, so the slope applies; the other
/// bits are its tap, of fewer than kPoolTaps.
inline constexpr std::int32_t kPoolSloped = 0x80;
inline constexpr std::size_t kPoolTaps = 0x80;

/// Max-pooling in float or bfloat16, written for the memory bus: each element of x is read once, each of dx
/// written once; channels are the vector lanes; rows are shared among the OpenMP team. At most 127 taps.
std::unique_ptr<MaxPoolKernel> make_vector_max_pool(const WindowProblem& problem, double negative_slope);

}  // namespace tessera
