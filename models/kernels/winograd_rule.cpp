#include "models/kernels/winograd_rule.hpp"

#include "models/base/lanes.hpp"
#include "models/kernels/kernel_problem.hpp"
#include "models/kernels/mirrored_problem.hpp"
#include "models/kernels/partial_sums.hpp"
#include "models/kernels/window_taps.hpp"
#include "models/kernels/winograd_tiles.hpp"

namespace tessera::winograd {
namespace {

// What a thread does, in the time of one multiplication with its addition of a matrix product, as measured
// for 8 to 512 channels and extents of 2 to 192 on a core with two AVX-512 units and 1 MB of second-level
// cache. To bring a number to a point or back costs instructions and traffic of the near caches, which grow
// with the vectors as products do; weights' points are written and read where they find room, which doesn't.
constexpr double kPoint = 12;
constexpr double kWeightPoint = 2 * lanes::kMost;  // to make them, which the team shares
constexpr double kWeightPointRead = lanes::kMost;
// So much more where they don't fit in the second-level cache.
constexpr double kFar = 4, kNearBytes = 1 << 20;
// Where the estimates are closer than that the direct way is taken: it needs less memory.
constexpr double kWorthIt = 0.85;

// Of one input and one output channel: what falls on padding isn't multiplied.
double direct_products(const ConvolutionProblem& p) {
  double products = static_cast<double>(p.y.n);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const LocalWindow& w = p.window[axis];
    std::int64_t read = 0;
    for (std::int64_t tap = 0; tap < w.kernel; ++tap)
      read += outputs_reading(w, tap, p.x.box.axes()[axis].size(), p.y.box.axes()[axis].size()).size();
    products *= static_cast<double>(read);
  }
  return products;
}

bool pays(const ConvolutionProblem& p, int team) {
  const WinogradTiles cut(p);
  const auto threads = static_cast<double>(team), points = static_cast<double>(kSlice * cut.slices());
  const auto in = static_cast<double>(p.x.c), out = static_cast<double>(p.y.c);
  const double tiles = static_cast<double>(cut.count()) / threads;
  const double products = points * in * out * tiles, transforms = kPoint * points * (in + out) * tiles;
  const double weight_points = points * in * out, far = weight_points * sizeof(float) > kNearBytes ? kFar : 1;
  const double weights = far * (kWeightPoint / threads + kWeightPointRead) * weight_points;
  return products + transforms + weights < kWorthIt * direct_products(p) * in * out / threads;
}

// Of what a layer computes when it goes forward: of one sample of the whole tensor, and of one thread, so
// that outputs are the same numbers on any number of processes and threads, and in batches of any size: a
// rounding may move a maximum of a pool. How the whole is padded a part doesn't know: it is taken to be so to
// its own extents. Without padding more products are direct ones than are counted then, and at small extents
// the direct way is kept.
bool pays_forward(ConvolutionProblem p) {
  p.x.n = p.y.n = 1;
  if (p.whole.count() > 0) p.y.box = Box::whole(p.whole);
  p.x.box = p.y.box;
  for (LocalWindow& w : p.window) w.pad_lo = w.pad_hi = w.dilation * (w.kernel / 2);
  return pays(p, 1);
}

// Each thread sums gradients of weights at points of its own.
bool has_small_sums(const ConvolutionProblem& p, int team) {
  const std::int64_t points = kSlice * WinogradTiles(p).slices() * p.x.c * p.y.c;
  return static_cast<std::size_t>(team * points) * sizeof(float) <= kMostSumBytes;
}

}  // namespace

bool is_chosen(const ConvolutionProblem& problem, Direction direction, ConvolutionAlgorithm algorithm,
               int team) {
  if (algorithm == ConvolutionAlgorithm::Direct || !can_be_winograd(problem)) return false;
  const auto computed = direction == Direction::BackwardInputs ? mirrored(problem) : problem;
  if (!computed || !can_be_winograd(*computed)) return false;
  if (algorithm == ConvolutionAlgorithm::Winograd) return true;
  if (primitive_of(problem, direction) == Direction::Forward) return pays_forward(*computed);
  if (direction == Direction::BackwardParameters && !has_small_sums(problem, team)) return false;
  return pays(*computed, team);
}

}  // namespace tessera::winograd
