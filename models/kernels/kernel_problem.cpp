#include "models/kernels/kernel_problem.hpp"

namespace tessera {

Direction primitive_of(const ConvolutionProblem& problem, Direction call) {
  if (!problem.adjoint || call == Direction::BackwardParameters) return call;
  return call == Direction::Forward ? Direction::BackwardInputs : Direction::Forward;
}

}  // namespace tessera
