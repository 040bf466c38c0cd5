#pragma once

#include "models/kernels/kernels.hpp"

/// What single taps of a window read.
namespace tessera {

/// The input that a tap reads for output 0: in the padding where it is negative.
constexpr std::int64_t first_read(const LocalWindow& window, std::int64_t tap) {
  return tap * window.dilation - window.pad_lo;
}

/// Of `outputs` along an axis those for which a tap reads one of `inputs`, and not padding.
Interval outputs_reading(const LocalWindow& window, std::int64_t tap, std::int64_t inputs,
                         std::int64_t outputs);

}  // namespace tessera
