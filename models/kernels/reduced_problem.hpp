#pragma once

#include <optional>

#include "models/kernels/kernel_problem.hpp"

namespace tessera {

/// The same problem, of windows, paddings, channels and groups, at the smallest extents and batch on the way
/// to its own at which `kernels` name the same implementations, in slabs or in one piece. Extents of 1 and 2
/// and those along W stay as they are.
ConvolutionProblem reduced(const ConvolutionProblem& problem, Kernels& kernels);
MaxPoolProblem reduced(const MaxPoolProblem& problem);
PooledConvolutionProblem reduced(const PooledConvolutionProblem& problem, Kernels& kernels);
DenseProblem reduced(const DenseProblem& problem, Kernels& kernels);

/// What slabs compute that have rows on either side: a reduced problem has none. Nothing where there is no
/// padding that they could lack, or too few rows.
std::optional<PooledConvolutionProblem> inner_rows(const PooledConvolutionProblem& problem);

}  // namespace tessera
