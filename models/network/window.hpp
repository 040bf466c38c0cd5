#pragma once

#include <array>
#include <numeric>

#include "models/base/footprint.hpp"
#include "models/kernels/kernels.hpp"
#include "models/network/layer.hpp"

namespace tessera {

/// A window along one axis, as said on the whole tensor: kernel taps `dilation` apart, `pad` zeros at either
/// end, and `uneven` more at the high one (or fewer).
struct Window {
  std::int64_t kernel = 1, stride = 1, pad = 0, dilation = 1, uneven = 0;

  /// From the first tap to the last.
  std::int64_t reach() const { return dilation * (kernel - 1); }
  /// Of an extent that it fits, see fits().
  std::int64_t outputs(std::int64_t extent) const {
    return (extent + 2 * pad + uneven - reach() - 1) / stride + 1;
  }
  /// Whether the taps of neighbouring positions together meet every residue of the stride: of a transposed
  /// convolution, whose taps write where these read, every output but some at the ends then has an input.
  bool leaves_no_gaps() const { return stride == 1 || (kernel >= stride && std::gcd(stride, dilation) == 1); }
  bool fits(std::int64_t extent) const { return extent + 2 * pad + uneven > reach(); }
  Footprint footprint() const { return Footprint::window(kernel, stride, pad, dilation); }
};
using Windows = std::array<Window, 3>;  // D H W

/// The same window along all three axes.
inline Windows cube(const Window& window) {
  return {window, window, window};
}

std::array<Footprint, 3> footprints(const Windows& windows);
/// Extents of the output; throws InputError naming the layer kind where the window doesn't fit the input.
Extents outputs(const Windows& windows, Extents input, const char* layer);
/// The problem that one process solves: its boxes and the padding that falls to it.
WindowProblem local_problem(const Windows& windows, const Site& site);

}  // namespace tessera
