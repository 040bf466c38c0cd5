#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// A pooled convolution in parts. A slab is of one sample: some planes of the pool's output, or some rows of
/// one plane, so that it is a run of memory there.
struct PooledSlabs {
  struct Slab {
    std::size_t kind = 0;  // of its problem among kinds
    std::int64_t sample = 0;
    Box read;           // of the sample's input, counted from 0
    std::size_t y = 0;  // where its run of the output begins, in elements
  };
  std::vector<PooledConvolutionProblem> kinds;  // on one sample; slabs alike share one
  std::vector<Slab> slabs;                      // in their order in memory
};

/// Cut so that the convolution's output of a slab has about so many bytes, and that there are so many slabs
/// where rows suffice.
PooledSlabs cut_into_slabs(const PooledConvolutionProblem& problem, std::size_t bytes, std::int64_t at_least);

}  // namespace tessera
