#pragma once

#include <cstddef>
#include <vector>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// A part of a convolution on one sample: some planes (rows, where there is one plane) of its output, and the
/// input that they read, which are runs of memory in both.
struct ConvolutionSlab {
  ConvolutionProblem problem;
  std::size_t x = 0, y = 0;  // where the runs begin, in bytes
};

/// Along which axis a convolution on one sample is cut: the outermost on which input or output has more than
/// one cell, so that slabs are runs of memory in both.
std::size_t slab_axis(const ConvolutionProblem& problem);

/// The convolution in so many slabs, alike to within one plane; problem.y.n is 1, and there are as many
/// planes.
std::vector<ConvolutionSlab> cut_into_slabs(const ConvolutionProblem& problem, int slabs);

}  // namespace tessera
