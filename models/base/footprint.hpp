#pragma once

#include <cstdint>

#include "models/base/interval.hpp"

namespace tessera {

/// Which inputs an interval of outputs reads along one axis, on the whole tensor, before clipping:
/// reads([b,e)) = [ floor((num*b + lo)/den), floor((num*(e-1) + hi)/den) + 1 ).
/// What clipping to the tensor cuts off is the zero padding that the operation must apply itself.
struct Footprint {
  std::int64_t num = 1, den = 1, lo = 0, hi = 0;  // pointwise unless said otherwise

  /// Unclipped; empty for an empty output.
  Interval reads(Interval output) const;
  /// What rounding takes off where the reach of an output begins: in [0, den), 0 for all but upsampling.
  std::int64_t phase(std::int64_t output) const;

  /// Convolution and pooling: output o reads o*stride - pad + dilation*t for taps t in [0, kernel).
  static Footprint window(std::int64_t kernel, std::int64_t stride, std::int64_t pad, std::int64_t dilation);
  /// Transposed convolution with the same letters.
  static Footprint transposed(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                              std::int64_t dilation);
  /// Flatten: every output reads the whole axis.
  static Footprint everything(std::int64_t extent);

  friend bool operator==(const Footprint&, const Footprint&) = default;
};

/// The interval that an operation wants of an axis of `extent`: its reads, clipped.
Interval wanted(const Footprint& footprint, Interval output, std::int64_t extent);

/// Zero padding that a window operation must apply at either end when it is run on the wanted interval alone.
struct LocalPads {
  std::int64_t lo = 0, hi = 0;
  friend bool operator==(const LocalPads&, const LocalPads&) = default;
};
LocalPads local_pads(const Footprint& footprint, Interval output, std::int64_t extent);

}  // namespace tessera
