#include "models/kernels/mirrored_problem.hpp"

#include <utility>

namespace tessera {

std::optional<ConvolutionProblem> mirrored(const ConvolutionProblem& problem) {
  ConvolutionProblem mirror = problem;
  std::swap(mirror.x, mirror.y);
  mirror.bias = false;
  for (LocalWindow& w : mirror.window) {
    const std::int64_t reach = w.dilation * (w.kernel - 1);
    if (w.stride != 1 || w.pad_lo > reach || w.pad_hi > reach) return std::nullopt;
    w.pad_lo = reach - w.pad_lo;
    w.pad_hi = reach - w.pad_hi;
  }
  return mirror;
}

}  // namespace tessera
