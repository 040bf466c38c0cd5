#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "parallel/mpi.hpp"

namespace tessera {

/// Convolutions of three taps along each axis, without strides, in float32, computed directly and by
/// Winograd's filtering: what the rule rests on by which `compute.convolution: auto` chooses between the two.
struct BenchedConvolution {
  struct Call {
    double direct_seconds = 0, winograd_seconds = 0;  // medians on this rank
    bool by_winograd = false;                         // which of them `auto` takes
    double ratio() const { return winograd_seconds / direct_seconds; }
  };
  int axes = 3;
  std::int64_t channels = 1, extent = 1;  // read and written alike; of each axis
  std::array<Call, 3> calls;              // by direction
};

struct ConvolutionBench {
  int ranks = 1, threads = 1;  // threads of a rank
  std::int64_t repeats = 1;
  std::vector<BenchedConvolution> convolutions;
};

/// Of one sample, and of no more flop a direction than these. All ranks compute at once. Collective.
ConvolutionBench bench_convolutions(const Communicator& world, std::int64_t repeats, double most_flop);

/// Tables for people, of channels by extents, and what following the rule costs over always knowing the
/// faster way.
std::string to_string(const ConvolutionBench& bench);

}  // namespace tessera
