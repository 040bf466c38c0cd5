#include "models/kernels/reduced_problem.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "models/kernels/convolution_slabs.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kSmall = 8;

// At most so many outputs along D and H, but as many as the padding reaches, so that each tap reads cells
// somewhere. What lies at the borders stays, and so do rows: kernels are made for their length, and some go
// wrong by it under the name of those that don't.
template <class Problem>
Problem with_outputs(Problem problem, std::int64_t most) {
  std::array<Interval, 3> x = problem.x.box.axes(), y = problem.y.box.axes();
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const LocalWindow& w = problem.window[axis];
    const std::int64_t least = std::max(w.pad_lo, w.pad_hi) + 2;
    const std::int64_t fewer = y[axis].size() - std::max(most, least);
    if (fewer <= 0 || x[axis].size() <= fewer * w.stride) continue;
    y[axis].end -= fewer;
    x[axis].end -= fewer * w.stride;
  }
  problem.x.box = Box::of(x);
  problem.y.box = Box::of(y);
  problem.x.n = problem.y.n = std::min<std::int64_t>(problem.y.n, 2);
  return problem;
}

// By what parts are computed, whether there are several or one.
std::vector<std::string> names_of(const LinearKernel& kernel) {
  std::vector<std::string> names = kernel.implementations();
  for (std::string& name : names)
    if (name.ends_with(kInSlabs)) name.resize(name.size() - kInSlabs.size());
  return names;
}

// So many outputs, one after the other.
std::vector<std::int64_t> tries_of(const Layout& y) {
  std::vector<std::int64_t> tries = {kSmall};
  const Extents extents = y.box.extents();
  while (2 * tries.back() < std::max(extents.d, extents.h)) tries.push_back(2 * tries.back());
  return tries;
}

}  // namespace

ConvolutionProblem reduced(const ConvolutionProblem& problem, Kernels& kernels) {
  const std::vector<std::string> names = names_of(*kernels.convolution(problem));
  for (const std::int64_t most : tries_of(problem.y)) {
    const ConvolutionProblem smaller = with_outputs(problem, most);
    if (names_of(*kernels.convolution(smaller)) == names) return smaller;
  }
  return problem;
}

// Our own kernels alone do that, and have one implementation.
MaxPoolProblem reduced(const MaxPoolProblem& problem) {
  return with_outputs(problem, kSmall);
}

PooledConvolutionProblem reduced(const PooledConvolutionProblem& problem, Kernels& kernels) {
  const std::vector<std::string> names = kernels.pooled_convolution(problem)->implementations();
  for (const std::int64_t most : tries_of(problem.pool.y)) {
    PooledConvolutionProblem smaller = problem;
    smaller.pool = with_outputs(problem.pool, most);
    std::array<Interval, 3> x = problem.convolution.x.box.axes();
    for (std::size_t axis = 0; axis < 3; ++axis)  // without strides, as many as of the map
      x[axis].end -= problem.pool.x.box.axes()[axis].size() - smaller.pool.x.box.axes()[axis].size();
    smaller.convolution.x.box = Box::of(x);
    smaller.convolution.x.n = smaller.pool.x.n;
    smaller.convolution.y = smaller.pool.x;
    if (kernels.pooled_convolution(smaller)->implementations() == names) return smaller;
  }
  return problem;
}

DenseProblem reduced(const DenseProblem& problem, Kernels& kernels) {
  DenseProblem smaller = problem;
  smaller.n = std::min<std::int64_t>(problem.n, 4);
  const bool same = kernels.dense(smaller)->implementations() == kernels.dense(problem)->implementations();
  return same ? smaller : problem;
}

// Slabs are planes along D, of which a reduced problem has those at the ends and others, and parts of planes
// along H, of which it has two.
std::optional<PooledConvolutionProblem> inner_rows(const PooledConvolutionProblem& problem) {
  constexpr std::size_t kAxis = 1;
  const LocalWindow &window = problem.convolution.window[kAxis], &pool = problem.pool.window[kAxis];
  const Interval unpadded{window.pad_lo, problem.pool.x.box.h.size() - window.pad_hi};  // rows of the map
  const Interval inner{divided_up(unpadded.begin + pool.pad_lo, pool.stride),
                       (unpadded.end + pool.pad_lo - pool.kernel) / pool.stride + 1};
  if (window.pad_lo + window.pad_hi == 0 || inner.size() < 2) return std::nullopt;
  PooledConvolutionProblem rows = problem;
  ConvolutionProblem kept{problem.pool};
  keep_planes(rows.convolution, kAxis, keep_planes(kept, kAxis, inner));
  rows.pool = kept;
  return rows;
}

}  // namespace tessera
