#include "models/kernels/winograd_rule.hpp"

#include "models/base/lanes.hpp"
#include "models/kernels/onednn_input_gradient.hpp"
#include "models/kernels/winograd_tiles.hpp"

namespace tessera::winograd {
namespace {

// What a thread does, in the time of one multiplication with its addition of a matrix product, as measured
// for 4 to 512 channels on a core with two AVX-512 units and 1 MB of second-level cache. To bring a number to
// a point or back costs instructions and traffic of the near caches, which grow with the vectors as products
// do; weights' points come from memory, which doesn't.
constexpr double kPoint = 12;
constexpr double kWeightPoint = 8 * lanes::kMost;  // to make them, which the team shares
constexpr double kWeightPointRead = 4 * lanes::kMost;
// Where the estimates are closer than that the direct way is taken: it needs less memory and is more exact.
constexpr double kWorthIt = 0.9;
// Each thread sums gradients of weights at points of its own.
constexpr double kMostSumBytes = 64 << 20;

// Of one input and one output channel: what falls on padding isn't multiplied.
double direct_products(const ConvolutionProblem& p) {
  double products = static_cast<double>(p.y.n);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const LocalWindow& w = p.window[axis];
    std::int64_t read = 0;
    for (std::int64_t tap = 0; tap < w.kernel; ++tap)
      read += intersect(Interval{tap - w.pad_lo, tap - w.pad_lo + p.y.box.axes()[axis].size()},
                        Interval{0, p.x.box.axes()[axis].size()})
                  .size();
    products *= static_cast<double>(read);
  }
  return products;
}

// Of the tiles of y; parameters: of their gradients in place of y's numbers.
bool pays(const ConvolutionProblem& p, bool parameters, int team) {
  const WinogradTiles cut(p);
  const auto threads = static_cast<double>(team), points = static_cast<double>(kSlice * cut.slices());
  const auto in = static_cast<double>(p.x.c), out = static_cast<double>(p.y.c);
  if (parameters && threads * points * in * out * sizeof(float) > kMostSumBytes) return false;
  const double tiles = static_cast<double>(cut.count()) / threads;
  const double products = points * in * out * tiles, transforms = kPoint * points * (in + out) * tiles;
  const double weights = (kWeightPoint / threads + kWeightPointRead) * points * in * out;
  const double direct = direct_products(p) * in * out / threads;
  return products + transforms + weights < kWorthIt * direct;
}

}  // namespace

bool is_chosen(const ConvolutionProblem& problem, Direction direction, ConvolutionAlgorithm algorithm,
               int team) {
  if (algorithm == ConvolutionAlgorithm::Direct || !can_be_winograd(problem)) return false;
  const auto computed = direction == Direction::BackwardInputs ? onednn::mirrored(problem) : problem;
  if (!computed || !can_be_winograd(*computed)) return false;
  return algorithm == ConvolutionAlgorithm::Winograd ||
         pays(*computed, direction == Direction::BackwardParameters, team);
}

}  // namespace tessera::winograd
