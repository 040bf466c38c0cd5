#include <algorithm>
#include <cassert>

#include "models/kernels/onednn_weight_gradient.hpp"

namespace tessera::onednn {
namespace {

// A share of the last cache that leaves room for the tensors themselves.
constexpr std::size_t kSlabScratch = std::size_t{16} << 20;

// The problem of outputs `rows` along an axis, and the first input that it reads.
struct Cut {
  ConvolutionProblem problem;
  std::int64_t first_input = 0;
};
Cut cut_out(const ConvolutionProblem& whole, std::size_t axis, Interval rows) {
  const LocalWindow& window = whole.window[axis];
  const std::int64_t inputs = whole.x.box.axes()[axis].size();
  const std::int64_t begin = rows.begin * window.stride - window.pad_lo;
  const std::int64_t end =
      (rows.end - 1) * window.stride - window.pad_lo + window.dilation * (window.kernel - 1) + 1;
  Cut cut{whole, std::max<std::int64_t>(begin, 0)};
  const auto resize = [axis](Layout& layout, std::int64_t extent) {
    std::array<Interval, 3> axes = layout.box.axes();
    axes[axis] = {0, extent};
    layout.box = Box::of(axes);
  };
  resize(cut.problem.x, std::min(end, inputs) - cut.first_input);
  resize(cut.problem.y, rows.size());
  cut.problem.window[axis].pad_lo = cut.first_input - begin;
  cut.problem.window[axis].pad_hi = std::max<std::int64_t>(end - inputs, 0);
  return cut;
}

std::size_t bytes_of_row(const Layout& layout, std::size_t axis) {
  return layout.bytes() / static_cast<std::size_t>(layout.box.axes()[axis].size());
}

void add(const std::byte* part, std::byte* sum, std::size_t count) {
  const auto* const from = reinterpret_cast<const float*>(part);
  auto* const to = reinterpret_cast<float*>(sum);
#pragma omp parallel for simd schedule(static)
  for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
}

}  // namespace

SlabbedWeightGradient::SlabbedWeightGradient(const Device& device, const ConvolutionProblem& problem)
    : weights_(static_cast<std::size_t>(problem.taps() * problem.x.c / problem.groups * problem.y.c)),
      outputs_(problem.bias ? static_cast<std::size_t>(problem.y.c) : 0) {
  WeightGradient whole(device, problem);
  const std::size_t axis = problem.y.box.d.size() > 1 ? 0 : 1;
  const std::size_t slabs = whole.scratch_bytes() / kSlabScratch + 1;
  if (slabs == 1 || problem.y.n > 1 ||
      problem.y.box.axes()[axis].size() < static_cast<std::int64_t>(2 * slabs)) {
    kinds_.push_back(std::move(whole));
    slabs_.push_back({});
  } else {
    cut(device, problem, axis, static_cast<int>(slabs));
  }
}

void SlabbedWeightGradient::cut(const Device& device, const ConvolutionProblem& problem, std::size_t axis,
                                int slabs) {
  std::vector<ConvolutionProblem> made;
  for (int slab = 0; slab < slabs; ++slab) {
    const Interval rows = part_of(problem.y.box.axes()[axis].size(), slab, slabs);
    const Cut cut = cut_out(problem, axis, rows);
    const auto same = std::ranges::find(made, cut.problem);
    slabs_.push_back({static_cast<std::size_t>(same - made.begin()),
                      static_cast<std::size_t>(cut.first_input) * bytes_of_row(problem.x, axis),
                      static_cast<std::size_t>(rows.begin) * bytes_of_row(problem.y, axis)});
    if (same != made.end()) continue;
    made.push_back(cut.problem);
    kinds_.emplace_back(device, cut.problem);
  }
}

void SlabbedWeightGradient::run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient,
                                std::byte* bias_gradient, std::byte* scratch) {
  ScratchParts parts(scratch);
  const bool is_sum = slabs_.size() > 1;
  std::byte* const weights = is_sum ? parts.take(weights_ * sizeof(float)) : nullptr;
  std::byte* const bias = is_sum ? parts.take(outputs_ * sizeof(float)) : nullptr;
  for (const Slab& slab : slabs_) {
    const bool is_first = &slab == &slabs_.front();
    kinds_[slab.kind].run(x + slab.x, dy + slab.dy, is_first ? weights_gradient : weights,
                          is_first ? bias_gradient : bias, parts.rest());
    if (is_first) continue;
    add(weights, weights_gradient, weights_);
    add(bias, bias_gradient, outputs_);
  }
}

std::size_t SlabbedWeightGradient::scratch_bytes() const {
  std::size_t most = 0;
  for (const WeightGradient& kind : kinds_) most = std::max(most, kind.scratch_bytes());
  const bool is_sum = slabs_.size() > 1;
  return most + (is_sum ? ScratchParts::rounded(weights_ * sizeof(float)) +
                              ScratchParts::rounded(outputs_ * sizeof(float))
                        : 0);
}

}  // namespace tessera::onednn
