#pragma once

#include <cstdint>
#include <span>

#include "models/network/parameters.hpp"

namespace tessera {

/// How many inputs one output of a layer reads, and how many outputs one input reaches.
struct Fans {
  std::int64_t in = 1, out = 1;
  friend bool operator==(Fans, Fans) = default;
};

/// As Keras counts them: dims are (receptive field..., in, out), so a convolution kernel (kd, kh, kw, in,
/// out) has fans kd kh kw in and kd kh kw out. A vector has its length for both, a scalar 1.
Fans fans(std::span<const std::int64_t> dims);

/// Uniform numbers in [-limit, limit) have variance 2 / (fan in + fan out): limit = sqrt(6 / (fan in + fan
/// out)) (Glorot & Bengio, AISTATS 2010).
double glorot_limit(Fans fans);

/// Standard deviation of normal numbers with variance 2 / fan (He et al., ICCV 2015), as torch's
/// kaiming_normal_ has them: of the fan in by default, or of the fan out.
double kaiming_deviation(std::int64_t fan);

/// Limit of PyTorch's default for the weights of convolutions, and for the biases beside them: uniform
/// numbers in [-limit, limit), limit = 1 / sqrt(fan in) (its kaiming_uniform_ with a = sqrt(5)).
///
/// fan_in of a ParameterSpec is as PyTorch counts it, dim 1 of the weight times the taps: (in / groups) kh kw
/// of a convolution (out, in / groups, kh, kw), but (out / groups) kh kw of a transposed one (in, out /
/// groups, kh, kw). A bias has its weight's. fan_out is dim 0 of the weight times the taps.
double kaiming_limit(std::int64_t fan_in);

/// Gives every parameter its first values. They depend on the seed, the parameter's name and the index of the
/// element in its dims, and on nothing else: not on the other parameters, their order or the number of
/// processes. F32 values are the F64 ones, rounded.
void initialize(ParameterStore& parameters, std::uint64_t seed);

}  // namespace tessera
