#include "models/kernels/pooled_slabs.hpp"

#include <algorithm>
#include <array>

#include "models/kernels/convolution_slabs.hpp"

namespace tessera {
namespace {

// Boxes of the pool's output of a sample, counted from 0, that make so many slabs or a few more.
std::vector<Box> boxes(const Extents& pooled, std::int64_t wanted) {
  const std::int64_t parts = std::min(pooled.d, wanted);
  const std::int64_t rows = wanted <= pooled.d ? 1 : std::min(pooled.h, divided_up(wanted, pooled.d));
  std::vector<Box> boxes;
  for (int d = 0; d < parts; ++d)
    for (int h = 0; h < rows; ++h)
      boxes.push_back({part_of(pooled.d, d, static_cast<int>(parts)),
                       part_of(pooled.h, h, static_cast<int>(rows)),
                       {0, pooled.w}});
  return boxes;
}

}  // namespace

PooledSlabs cut_into_slabs(const PooledConvolutionProblem& problem, std::size_t bytes,
                           std::int64_t at_least) {
  PooledConvolutionProblem sample = problem;
  const std::int64_t n = problem.pool.y.n;
  sample.convolution.x.n = sample.convolution.y.n = sample.pool.x.n = sample.pool.y.n = 1;
  const Extents pooled = sample.pool.y.box.extents();
  const Layout whole{n, sample.pool.y.c, Box::whole(pooled), sample.pool.y.element};
  const std::int64_t wanted =
      std::max(divided_up(static_cast<std::int64_t>(sample.pool.x.bytes()), static_cast<std::int64_t>(bytes)),
               divided_up(at_least, n));
  PooledSlabs cut;
  const std::size_t elements = static_cast<std::size_t>(sample.pool.y.count());
  for (const Box& box : boxes(pooled, wanted)) {
    PooledConvolutionProblem slab = sample;
    std::array<Interval, 3> read;
    ConvolutionProblem pool{sample.pool};
    for (std::size_t axis = 0; axis < 3; ++axis)
      read[axis] = keep_planes(slab.convolution, axis, keep_planes(pool, axis, box.axes()[axis]));
    slab.pool = pool;
    const auto same = std::ranges::find(cut.kinds, slab);
    const auto first = static_cast<std::size_t>((box.d.begin * pooled.h + box.h.begin) * pooled.w * whole.c);
    cut.slabs.push_back({static_cast<std::size_t>(same - cut.kinds.begin()), 0, Box::of(read), first});
    if (same == cut.kinds.end()) cut.kinds.push_back(slab);
  }
  const std::size_t of_a_sample = cut.slabs.size();
  for (std::int64_t i = 1; i < n; ++i)
    for (std::size_t slab = 0; slab < of_a_sample; ++slab) {
      const auto [kind, unused, read, y] = cut.slabs[slab];
      cut.slabs.push_back({kind, i, read, static_cast<std::size_t>(i) * elements + y});
    }
  return cut;
}

}  // namespace tessera
