#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// A convolution in parts: of each sample some planes (rows, where there is one plane) of its output, and the
/// input that they read, which are runs of memory in both.
struct ConvolutionSlabs {
  struct Slab {
    std::size_t kind = 0;      // of its problem among kinds
    std::size_t x = 0, y = 0;  // where its runs begin, in bytes
  };
  std::vector<ConvolutionProblem> kinds;  // on one sample; slabs alike share one
  std::vector<Slab> slabs;                // of all samples, in their order in memory
};

/// Behind the name of an implementation that is executed slab by slab.
inline constexpr std::string_view kInSlabs = " in slabs";

/// Leaves of a convolution some planes of its output along one axis, and of its input what they read, which
/// is returned.
Interval keep_planes(ConvolutionProblem& problem, std::size_t axis, Interval planes);

/// Along which axis samples of a convolution are cut: the outermost on which input or output has more than
/// one cell, so that slabs are runs of memory in both.
std::size_t slab_axis(const ConvolutionProblem& problem);

/// The convolution with each sample in so many slabs, alike to within one plane; there are as many planes.
ConvolutionSlabs cut_into_slabs(const ConvolutionProblem& problem, int slabs);

}  // namespace tessera
