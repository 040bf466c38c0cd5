#include "models/kernels/convolution_slabs.hpp"

#include <algorithm>
#include <cassert>

namespace tessera {
namespace {

void resize(Layout& layout, std::size_t axis, std::int64_t extent) {
  std::array<Interval, 3> axes = layout.box.axes();
  axes[axis] = {0, extent};
  layout.box = Box::of(axes);
}

std::size_t plane_bytes(const Layout& layout, std::size_t axis) {
  return layout.bytes() / static_cast<std::size_t>(layout.box.axes()[axis].size());
}

ConvolutionSlab cut_out(const ConvolutionProblem& whole, std::size_t axis, Interval planes) {
  const LocalWindow& window = whole.window[axis];
  const std::int64_t inputs = whole.x.box.axes()[axis].size();
  const std::int64_t begin = planes.begin * window.stride - window.pad_lo;
  const std::int64_t end =
      (planes.end - 1) * window.stride - window.pad_lo + window.dilation * (window.kernel - 1) + 1;
  const Interval read = intersect(Interval{begin, end}, Interval{0, inputs});
  ConvolutionSlab slab{whole, static_cast<std::size_t>(read.begin) * plane_bytes(whole.x, axis),
                       static_cast<std::size_t>(planes.begin) * plane_bytes(whole.y, axis)};
  resize(slab.problem.x, axis, read.size());
  resize(slab.problem.y, axis, planes.size());
  slab.problem.window[axis].pad_lo = read.begin - begin;
  slab.problem.window[axis].pad_hi = std::max<std::int64_t>(end - inputs, 0);
  return slab;
}

}  // namespace

std::size_t slab_axis(const ConvolutionProblem& problem) {
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (problem.x.box.axes()[axis].size() > 1 || problem.y.box.axes()[axis].size() > 1) return axis;
  return 2;
}

std::vector<ConvolutionSlab> cut_into_slabs(const ConvolutionProblem& problem, int slabs) {
  assert(problem.y.n == 1);
  const std::size_t axis = slab_axis(problem);
  std::vector<ConvolutionSlab> all;
  all.reserve(static_cast<std::size_t>(slabs));
  for (int slab = 0; slab < slabs; ++slab)
    all.push_back(cut_out(problem, axis, part_of(problem.y.box.axes()[axis].size(), slab, slabs)));
  return all;
}

}  // namespace tessera
