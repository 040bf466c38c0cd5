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

}  // namespace

Interval keep_planes(ConvolutionProblem& problem, std::size_t axis, Interval planes) {
  LocalWindow& window = problem.window[axis];
  const std::int64_t inputs = problem.x.box.axes()[axis].size();
  const std::int64_t begin = planes.begin * window.stride - window.pad_lo;
  const std::int64_t end =
      (planes.end - 1) * window.stride - window.pad_lo + window.dilation * (window.kernel - 1) + 1;
  const Interval read = intersect(Interval{begin, end}, Interval{0, inputs});
  resize(problem.x, axis, read.size());
  resize(problem.y, axis, planes.size());
  window.pad_lo = read.begin - begin;
  window.pad_hi = std::max<std::int64_t>(end - inputs, 0);
  return read;
}

std::size_t slab_axis(const ConvolutionProblem& problem) {
  for (std::size_t axis = 0; axis < 2; ++axis)
    if (problem.x.box.axes()[axis].size() > 1 || problem.y.box.axes()[axis].size() > 1) return axis;
  return 2;
}

ConvolutionSlabs cut_into_slabs(const ConvolutionProblem& problem, int slabs) {
  ConvolutionProblem sample = problem;
  sample.x.n = sample.y.n = 1;
  const std::size_t axis = slab_axis(problem);
  const std::int64_t planes = problem.y.box.axes()[axis].size();
  assert(slabs <= planes);
  ConvolutionSlabs cut;
  for (int part = 0; part < slabs; ++part) {
    ConvolutionProblem slab = sample;
    const Interval owned = part_of(planes, part, slabs), read = keep_planes(slab, axis, owned);
    const auto same = std::ranges::find(cut.kinds, slab);
    cut.slabs.push_back({static_cast<std::size_t>(same - cut.kinds.begin()),
                         static_cast<std::size_t>(read.begin) * plane_bytes(sample.x, axis),
                         static_cast<std::size_t>(owned.begin) * plane_bytes(sample.y, axis)});
    if (same == cut.kinds.end()) cut.kinds.push_back(slab);
  }
  for (std::size_t n = 1; n < static_cast<std::size_t>(problem.y.n); ++n)
    for (std::size_t part = 0; part < static_cast<std::size_t>(slabs); ++part) {
      const auto [kind, x, y] = cut.slabs[part];
      cut.slabs.push_back({kind, n * sample.x.bytes() + x, n * sample.y.bytes() + y});
    }
  return cut;
}

}  // namespace tessera
