#pragma once

#include <optional>

#include "models/kernels/kernel_judge.hpp"
#include "models/kernels/kernel_problem.hpp"

namespace tessera {

/// Holds the kernel of a problem, in all its directions, to plain loops in double precision on this machine:
/// the first result that is wrong. Extents are reduced as far as the kernels name the same implementations as
/// at the problem's own, down to some eight outputs along D and H, or as many as its padding reaches; of many
/// channels, which all take part, some are looked at. Of what is computed in slabs, so are these. Takes
/// milliseconds, and tenths of a second where rows are long and channels many. kernels: float32 or bfloat16.
std::optional<KernelMismatch> check_kernel(const KernelProblem& problem, Kernels& kernels);

}  // namespace tessera
