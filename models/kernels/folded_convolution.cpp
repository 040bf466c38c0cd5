#include "models/kernels/folded_convolution.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <vector>

#include "models/kernels/convolution_slabs.hpp"

namespace tessera {
namespace {

constexpr std::int64_t kChannels = 16;                      // to a multiple of which is folded
constexpr std::size_t kFoldedBytes = std::size_t{4} << 20;  // of a slab's folded input, if possible

std::size_t in_lines(std::size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

class FoldedConvolution final : public LinearKernel {
 public:
  FoldedConvolution(const ConvolutionProblem& problem, const MakeConvolution& inner)
      : whole_(problem),
        outputs_(problem.y.c),
        folded_(problem.window[2].kernel * problem.x.c),
        channels_((folded_ + kChannels - 1) / kChannels * kChannels),
        rows_of_taps_(problem.window[0].kernel * problem.window[1].kernel) {
    ConvolutionProblem sample = problem;
    sample.x.n = sample.y.n = 1;
    const std::int64_t planes = sample.y.box.axes()[slab_axis(sample)].size();
    const std::size_t bytes = folded_input(sample).bytes();
    const auto slabs = std::min<std::int64_t>(planes, static_cast<std::int64_t>(bytes / kFoldedBytes) + 1);
    // Along W there is nothing left to cut: the window is one cell wide.
    for (const ConvolutionSlab& cut :
         cut_into_slabs(sample, slab_axis(sample) == 2 ? 1 : static_cast<int>(slabs)))
      add_slab(cut, inner);
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    const Scratch parts = lay_out(scratch);
    fold_weights(reinterpret_cast<const float*>(weights), parts.weights);
    for_each_slab(x.bytes, y.bytes, [&](const Slab& slab, const std::byte* xs, std::byte* ys) {
      fold(slab, xs, parts.input);
      kinds_[slab.kind].kernel->forward({parts.input, slab.folded}, as_bytes(parts.weights), bias,
                                        {ys, slab.cut.problem.y}, parts.inner);
    });
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
    for_each_slab(x.bytes, dy.bytes, [&](const Slab& slab, const std::byte* xs, const std::byte* dys) {
      fold(slab, xs, parts.input);
      kinds_[slab.kind].kernel->backward_parameters(
          {parts.input, slab.folded}, {dys, slab.cut.problem.y}, as_bytes(parts.weights),
          whole_.bias ? as_bytes(parts.bias) : nullptr, parts.inner);
      for_each_row_of_taps([&](std::int64_t ours, std::int64_t theirs) {
        for (std::int64_t i = 0; i < folded_ * outputs_; ++i) dw[theirs + i] += parts.weights[ours + i];
      });
      for (std::int64_t o = 0; whole_.bias && o < outputs_; ++o) db[o] += parts.bias[o];
    });
  }

  std::size_t scratch_bytes() const override {
    std::size_t inner = 0;
    for (const Kind& kind : kinds_) inner = std::max(inner, kind.kernel->scratch_bytes());
    return most_folded_ + weights_bytes() + bias_bytes() + inner;
  }
  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = kinds_.front().kernel->implementations();
    for (std::string& name : names) name.insert(0, "folded ");
    return names;
  }

 private:
  struct Kind {
    ConvolutionProblem problem;
    std::unique_ptr<LinearKernel> kernel;
  };
  struct Slab {
    ConvolutionSlab cut;  // of the convolution as it was given
    Layout folded;        // its input
    std::size_t kind;     // of its kernel among kinds_: slabs alike share one
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
  void add_slab(const ConvolutionSlab& cut, const MakeConvolution& inner) {
    ConvolutionProblem problem = cut.problem;
    problem.x = folded_input(cut.problem);
    problem.window[2] = {};
    const auto same = std::ranges::find(kinds_, problem, &Kind::problem);
    slabs_.push_back({cut, problem.x, static_cast<std::size_t>(same - kinds_.begin())});
    if (same == kinds_.end()) kinds_.push_back({problem, inner(problem)});
    most_folded_ = std::max(most_folded_, in_lines(problem.x.bytes()));
  }

  static std::byte* as_bytes(float* numbers) { return reinterpret_cast<std::byte*>(numbers); }
  std::size_t weights_bytes() const {
    return in_lines(static_cast<std::size_t>(rows_of_taps_ * channels_ * outputs_) * sizeof(float));
  }
  std::size_t bias_bytes() const { return in_lines(static_cast<std::size_t>(outputs_) * sizeof(float)); }
  Scratch lay_out(std::span<std::byte> scratch) const {
    std::byte* const weights = scratch.data() + most_folded_;
    std::byte* const bias = weights + weights_bytes();
    return {scratch.data(), reinterpret_cast<float*>(weights), reinterpret_cast<float*>(bias),
            scratch.subspan(most_folded_ + weights_bytes() + bias_bytes())};
  }

  // Calls visit(slab, its input, its output) for the slabs of all samples.
  template <class Byte, class Visit>
  void for_each_slab(const std::byte* x, Byte* y, Visit&& visit) const {
    const std::size_t x_bytes = whole_.x.bytes() / static_cast<std::size_t>(whole_.x.n),
                      y_bytes = whole_.y.bytes() / static_cast<std::size_t>(whole_.y.n);
    for (std::int64_t n = 0; n < whole_.y.n; ++n, x += x_bytes, y += y_bytes)
      for (const Slab& slab : slabs_) visit(slab, x + slab.cut.x, y + slab.cut.y);
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

  void fold(const Slab& slab, const std::byte* x, std::byte* folded) const {
    const Extents extents = slab.cut.problem.x.box.extents();
    const std::size_t cell = static_cast<std::size_t>(whole_.x.c) * bytes_of(whole_.x.element);
    const std::size_t row_bytes = static_cast<std::size_t>(extents.w) * cell;
    const std::size_t folded_cell = static_cast<std::size_t>(channels_) * bytes_of(whole_.x.element);
    const std::int64_t outputs = slab.folded.box.w.size();
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < extents.d * extents.h; ++row)
      fold_row(x + static_cast<std::size_t>(row) * row_bytes, extents.w, cell,
               folded + static_cast<std::size_t>(row * outputs) * folded_cell, outputs, folded_cell);
  }
  void fold_row(const std::byte* x, std::int64_t inputs, std::size_t cell, std::byte* folded,
                std::int64_t outputs, std::size_t folded_cell) const {
    const LocalWindow& window = whole_.window[2];
    const auto taps = static_cast<std::size_t>(window.kernel);
    for (std::int64_t o = 0; o < outputs; ++o, folded += folded_cell) {
      const std::int64_t first = o * window.stride - window.pad_lo;
      const bool is_inside = first >= 0 && first + window.kernel <= inputs;
      if (is_inside && window.dilation == 1) {
        std::memcpy(folded, x + static_cast<std::size_t>(first) * cell, taps * cell);
      } else {
        for (std::int64_t tap = 0; tap < window.kernel; ++tap) {
          const std::int64_t i = first + tap * window.dilation;
          std::byte* const to = folded + static_cast<std::size_t>(tap) * cell;
          if (0 <= i && i < inputs)
            std::memcpy(to, x + static_cast<std::size_t>(i) * cell, cell);
          else
            std::memset(to, 0, cell);
        }
      }
      std::memset(folded + taps * cell, 0, folded_cell - taps * cell);
    }
  }

  ConvolutionProblem whole_;
  std::int64_t outputs_, folded_, channels_;  // of the output, of a folded cell, and with the zeros behind it
  std::int64_t rows_of_taps_;
  std::vector<Kind> kinds_;
  std::vector<Slab> slabs_;
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
