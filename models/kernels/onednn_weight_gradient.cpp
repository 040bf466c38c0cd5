#include "models/kernels/onednn_weight_gradient.hpp"

#include <algorithm>

namespace tessera::onednn {
namespace {

// On channels-last tensors the library's kernel walks some channels along a whole row, a cache line every C
// elements; from rows much longer than the nearest cache on it runs at a third to two thirds of its speed on
// the library's own layout, where these channels lie together. With shorter rows both are alike, and some
// problems with few channels have no fast kernel but on channels-last tensors.
constexpr std::size_t kLongRow = 128 << 10;
// A reorder reads and writes each tensor once: it costs a tenth of what is gained from about here on.
constexpr double kFlopForAByte = 200;

std::size_t row_bytes(const Layout& layout) {
  return static_cast<std::size_t>(layout.box.w.size() * layout.c) * bytes_of(layout.element);
}

bool pays_to_reorder(const ConvolutionProblem& p) {
  const std::int64_t inputs_of_a_group = p.x.c / p.groups;
  const double flop = 2.0 * static_cast<double>(p.taps() * inputs_of_a_group * p.y.count());
  return std::max(row_bytes(p.x), row_bytes(p.y)) >= kLongRow &&
         flop >= kFlopForAByte * static_cast<double>(p.x.bytes() + p.y.bytes());
}

// Whether a window along some axis is applied once, or is wider than all of its input.
bool is_cramped(const ConvolutionProblem& p) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const LocalWindow& w = p.window[axis];
    const std::int64_t reach = w.dilation * (w.kernel - 1) + 1;
    if (w.kernel == 1 && w.stride == 1) continue;
    if (p.y.box.axes()[axis].size() == 1 || p.x.box.axes()[axis].size() < reach) return true;
  }
  return false;
}

// The library's bfloat16 kernel (jit_bf16:avx512_core_bf16 of oneDNN 2.6) is wrong for some cramped windows.
// Such tensors are small, and their numbers are float32's as well. That for matrix units is wrong in long
// rows, which come here in slabs that are rarely wrong by themselves.
ConvolutionProblem as_computed(ConvolutionProblem problem) {
  if (is_cramped(problem) || weight_gradient_overruns(problem))
    problem.x.element = problem.y.element = wide(problem.x.element);
  return problem;
}

}  // namespace

WeightGradient::WeightGradient(const Device& device, const ConvolutionProblem& given_problem) {
  using Tensors = ConvolutionDescription::Tensors;
  const ConvolutionDescription given(given_problem, Tensors::ChannelsLast);
  const ConvolutionProblem problem = as_computed(given_problem);
  const ConvolutionDescription description(
      problem, pays_to_reorder(problem) ? Tensors::LibraryChoice : Tensors::ChannelsLast);
  const auto gradient = description.backward_weights(device, description.forward(device));
  x_ = Reorder(device, given.x, gradient.src_desc());
  dy_ = Reorder(device, given.y, gradient.diff_dst_desc());
  gradient_ = make_backward_weights(device, gradient);
  weights_ = Reorder(device, gradient.diff_weights_desc(), given.plain_weights);
  if (weights_.needed()) blocked_bytes_ = gradient.diff_weights_desc().get_size();
}

void WeightGradient::run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient,
                         std::byte* bias_gradient, std::byte* scratch) {
  ScratchParts parts(scratch);
  x = x_.apply(x, parts);
  dy = dy_.apply(dy, parts);
  std::byte* const blocked = weights_.needed() ? parts.take(blocked_bytes_) : weights_gradient;
  gradient_.run({x, dy, blocked, bias_gradient}, parts.rest());
  if (weights_.needed()) weights_.run(blocked, weights_gradient, parts.rest());
}

std::size_t WeightGradient::scratch_bytes() const {
  return ScratchParts::rounded(x_.bytes()) + ScratchParts::rounded(dy_.bytes()) +
         ScratchParts::rounded(blocked_bytes_) +
         std::max(
             {x_.scratch_bytes(), dy_.scratch_bytes(), gradient_.scratch_bytes(), weights_.scratch_bytes()});
}

}  // namespace tessera::onednn
