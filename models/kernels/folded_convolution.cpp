#include "models/kernels/folded_convolution.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "models/kernels/convolution_slabs.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kChannels = 16;  // to a multiple of which is folded
constexpr std::size_t kCommonCell = kChannels * sizeof(Bfloat16);
constexpr std::size_t kFoldedBytes = std::size_t{4} << 20;  // of a slab's folded input, if possible

class FoldedConvolution final : public LinearKernel {
 public:
  FoldedConvolution(const ConvolutionProblem& problem, const MakeConvolution& inner)
      : whole_(problem),
        outputs_(problem.y.c),
        folded_(problem.window[2].kernel * problem.x.c),
        channels_(divided_up(folded_, kChannels) * kChannels),
        rows_of_taps_(problem.window[0].kernel * problem.window[1].kernel) {
    const std::size_t axis = slab_axis(problem);
    const std::size_t sample_bytes = folded_input(problem).bytes() / static_cast<std::size_t>(problem.x.n);
    const auto slabs = std::min<std::int64_t>(problem.y.box.axes()[axis].size(),
                                              static_cast<std::int64_t>(sample_bytes / kFoldedBytes) + 1);
    // Along W there is nothing left to cut: the window is one cell wide.
    const ConvolutionSlabs cut = cut_into_slabs(problem, axis == 2 ? 1 : static_cast<int>(slabs));
    for (const ConvolutionProblem& kind : cut.kinds) add_kind(kind, inner);
    slabs_ = cut.slabs;
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    const Scratch parts = lay_out(scratch);
    fold_weights(reinterpret_cast<const float*>(weights), parts.weights);
    for (const ConvolutionSlabs::Slab& slab : slabs_) {
      const Kind& kind = kinds_[slab.kind];
      fold(kind, x.bytes + slab.x, parts.input);
      kind.kernel->forward({parts.input, kind.folded}, as_bytes(parts.weights), bias,
                           {y.bytes + slab.y, kind.y}, parts.inner);
    }
  }

  void backward_inputs(ConstTensorView, const std::byte*, TensorView, std::span<std::byte>) override {
    assert(false && "the first layer's input needs no gradient");
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    const Scratch parts = lay_out(scratch);
    auto* const dw = reinterpret_cast<float*>(weights_gradient);
    auto* const db = reinterpret_cast<float*>(bias_gradient);
    std::fill_n(dw, rows_of_taps_ * folded_ * outputs_, 0.0F);
    if (whole_.bias) std::fill_n(db, outputs_, 0.0F);
    for (const ConvolutionSlabs::Slab& slab : slabs_) {
      const Kind& kind = kinds_[slab.kind];
      fold(kind, x.bytes + slab.x, parts.input);
      kind.kernel->backward_parameters({parts.input, kind.folded}, {dy.bytes + slab.y, kind.y},
                                       as_bytes(parts.weights), whole_.bias ? as_bytes(parts.bias) : nullptr,
                                       parts.inner);
      for_each_row_of_taps([&](std::int64_t ours, std::int64_t theirs) {
        for (std::int64_t i = 0; i < folded_ * outputs_; ++i) dw[theirs + i] += parts.weights[ours + i];
      });
      for (std::int64_t o = 0; whole_.bias && o < outputs_; ++o) db[o] += parts.bias[o];
    }
  }

  std::size_t scratch_bytes() const override {
    std::size_t inner = 0;
    for (const Kind& kind : kinds_) inner = std::max(inner, kind.kernel->scratch_bytes());
    return ScratchParts::rounded(most_folded_) + ScratchParts::rounded(weights_bytes()) +
           ScratchParts::rounded(bias_bytes()) + inner;
  }
  std::vector<std::string> implementations() const override {
    const bool is_cut = slabs_.size() > static_cast<std::size_t>(whole_.x.n);
    std::vector<std::string> names;
    for (const Direction direction : {Direction::Forward, Direction::BackwardParameters}) {
      std::vector<std::string> of_kinds;
      for (const Kind& kind : kinds_)
        of_kinds.push_back(implementation_of(kind.kernel->implementations(), direction));
      names.push_back("folded " + joined(of_kinds));
      if (is_cut) names.back() += kInSlabs;
    }
    return names;
  }

 private:
  // Slabs alike.
  struct Kind {
    Layout x, folded, y;  // the input as it is given and folded, and the output
    std::unique_ptr<LinearKernel> kernel;
  };
  struct Scratch {
    std::byte* input;
    float *weights, *bias;
    std::span<std::byte> inner;
  };

  Layout folded_input(const ConvolutionProblem& problem) const {
    Layout layout = problem.x;
    layout.c = channels_;
    layout.box = Box::of({problem.x.box.d, problem.x.box.h, problem.y.box.w});
    return layout;
  }
  void add_kind(ConvolutionProblem problem, const MakeConvolution& inner) {
    const Layout x = problem.x;
    problem.x = folded_input(problem);
    problem.window[2] = {};
    kinds_.push_back({x, problem.x, problem.y, inner(problem)});
    most_folded_ = std::max(most_folded_, problem.x.bytes());
  }

  static std::byte* as_bytes(float* numbers) { return reinterpret_cast<std::byte*>(numbers); }
  std::size_t weights_bytes() const {
    return static_cast<std::size_t>(rows_of_taps_ * channels_ * outputs_) * sizeof(float);
  }
  std::size_t bias_bytes() const { return static_cast<std::size_t>(outputs_) * sizeof(float); }
  Scratch lay_out(std::span<std::byte> scratch) const {
    ScratchParts memory(scratch.data());
    std::byte* const input = memory.take(most_folded_);
    auto* const weights = reinterpret_cast<float*>(memory.take(weights_bytes()));
    auto* const bias = reinterpret_cast<float*>(memory.take(bias_bytes()));
    return {input, weights, bias, {memory.rest(), scratch.data() + scratch.size()}};
  }

  // Calls visit(first element in the folded weights, in the caller's) for each pair of taps along D and H.
  // Behind it stand those of W, channels and outputs in either.
  template <class Visit>
  void for_each_row_of_taps(Visit&& visit) const {
    for (std::int64_t row = 0; row < rows_of_taps_; ++row)
      visit(row * channels_ * outputs_, row * folded_ * outputs_);
  }
  void fold_weights(const float* weights, float* folded) const {
    std::fill_n(folded, rows_of_taps_ * channels_ * outputs_, 0.0F);
    for_each_row_of_taps([&](std::int64_t ours, std::int64_t theirs) {
      std::copy_n(weights + theirs, folded_ * outputs_, folded + ours);
    });
  }

  void fold(const Kind& kind, const std::byte* x, std::byte* folded) const {
    const Extents extents = kind.x.box.extents();
    const std::size_t cell = static_cast<std::size_t>(whole_.x.c) * bytes_of(whole_.x.element);
    const std::size_t row_bytes = static_cast<std::size_t>(extents.w) * cell;
    const std::size_t folded_cell = static_cast<std::size_t>(channels_) * bytes_of(whole_.x.element);
    const std::int64_t outputs = kind.folded.box.w.size();
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < extents.d * extents.h; ++row)
      fold_row(x + static_cast<std::size_t>(row) * row_bytes, extents.w, cell,
               folded + static_cast<std::size_t>(row * outputs) * folded_cell, outputs, folded_cell);
  }
  void fold_row(const std::byte* x, std::int64_t inputs, std::size_t cell, std::byte* folded,
                std::int64_t outputs, std::size_t folded_cell) const {
    const LocalWindow& window = whole_.window[2];
    const auto taps = static_cast<std::size_t>(window.kernel);
    // Cells behind the window are copied along with it, where there are any: their weights are zeros.
    const auto copied = static_cast<std::int64_t>((kCommonCell + cell - 1) / cell);
    const bool is_run = window.dilation == 1 && folded_cell == kCommonCell;
    for (std::int64_t o = 0; o < outputs; ++o, folded += folded_cell) {
      const std::int64_t first = o * window.stride - window.pad_lo;
      if (is_run && first >= 0 && first + copied <= inputs) {  // by one instruction
        std::memcpy(folded, x + static_cast<std::size_t>(first) * cell, kCommonCell);
        continue;
      }
      for (std::int64_t tap = 0; tap < window.kernel; ++tap) {
        const std::int64_t i = first + tap * window.dilation;
        std::byte* const to = folded + static_cast<std::size_t>(tap) * cell;
        if (0 <= i && i < inputs)
          std::memcpy(to, x + static_cast<std::size_t>(i) * cell, cell);
        else
          std::memset(to, 0, cell);
      }
      std::memset(folded + taps * cell, 0, folded_cell - taps * cell);
    }
  }

  ConvolutionProblem whole_;
  std::int64_t outputs_, folded_, channels_;  // of the output, of a folded cell, and with the zeros behind it
  std::int64_t rows_of_taps_;
  std::vector<Kind> kinds_;
  std::vector<ConvolutionSlabs::Slab> slabs_;
  std::size_t most_folded_ = 0;  // bytes
};

}  // namespace

bool can_be_folded(const ConvolutionProblem& problem) {
  return !problem.input_gradients && !problem.adjoint && problem.groups == 1 &&
         problem.order == WeightOrder::SpatialInOut && problem.window[2].kernel > 1 &&
         problem.window[2].kernel * problem.x.c <= kChannels;
}

std::unique_ptr<LinearKernel> make_folded_convolution(const ConvolutionProblem& problem,
                                                      const MakeConvolution& inner) {
  assert(can_be_folded(problem));
  return std::make_unique<FoldedConvolution>(problem, inner);
}

}  // namespace tessera
