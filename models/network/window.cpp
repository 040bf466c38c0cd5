#include "models/network/window.hpp"

#include "models/base/error.hpp"

namespace tessera {

std::array<Footprint, 3> footprints(const Windows& windows) {
  return {windows[0].footprint(), windows[1].footprint(), windows[2].footprint()};
}

Extents outputs(const Windows& windows, Extents input, const char* layer) {
  std::array<std::int64_t, 3> sizes{};
  for (int axis = 0; axis < 3; ++axis) {
    const Window& w = windows[axis];
    const std::int64_t extent = input.axes()[axis];
    if (!w.fits(extent))
      throw InputError(fmt::format("a window of {} does not fit an extent of {}", w.kernel, extent), layer,
                       "give a larger input or fewer layers");
    sizes[axis] = w.outputs(extent);
  }
  return {sizes[0], sizes[1], sizes[2]};
}

WindowProblem local_problem(const Windows& windows, const Site& site) {
  WindowProblem problem{site.wanted[0], site.owned, {}};
  for (int axis = 0; axis < 3; ++axis) {
    const Window& w = windows[axis];
    const LocalPads pads =
        local_pads(w.footprint(), site.owned.box.axes()[axis], site.inputs[0].space.axes()[axis]);
    problem.window[axis] = {w.kernel, w.stride, w.dilation, pads.lo, pads.hi};
  }
  return problem;
}

}  // namespace tessera
