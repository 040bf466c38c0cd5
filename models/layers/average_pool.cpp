#include <algorithm>

#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

// By axis, for each output here: the inputs here that its window covers, and so many are all it covers of the
// whole tensor, as what an operation reads is clipped there alone.
using Covered = std::array<std::vector<Interval>, 3>;

Covered covered(const WindowProblem& problem) {
  Covered all;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const LocalWindow& w = problem.window[axis];
    const std::int64_t inputs = problem.x.box.axes()[axis].size();
    for (std::int64_t o = 0; o < problem.y.box.axes()[axis].size(); ++o) {
      const std::int64_t first = o * w.stride - w.pad_lo;
      all[axis].push_back(intersect(Interval{first, first + w.kernel}, Interval{0, inputs}));
    }
  }
  return all;
}

template <class T>
class AveragePoolOp final : public LocalOp {
 public:
  explicit AveragePoolOp(const WindowProblem& problem)
      : x_(problem.x.box.extents()),
        y_(problem.y.box.extents()),
        channels_(problem.y.c),
        samples_(problem.y.n),
        covered_(covered(problem)),
        sums_(static_cast<std::size_t>(x_.d * x_.h * x_.w * channels_)) {}

  void forward(Inputs x, TensorView y, const OpCall&) override {
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < samples_ * y_.d * y_.h; ++row)
      for (std::int64_t w = 0; w < y_.w; ++w)
        for (std::int64_t c = 0; c < channels_; c += kBlock)
          average(x[0].data<T>(), row, w, c, y.data<T>() + (row * y_.w + w) * channels_);
  }
  // Sample by sample, so that the wide sums fit.
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    auto* const sums = reinterpret_cast<Wide<T>*>(call.scratch.data());
    for (std::int64_t n = 0; n < samples_; ++n) {
      std::fill_n(sums, sums_, Wide<T>{0});
#pragma omp parallel for schedule(static)
      for (std::int64_t c = 0; c < channels_; c += kBlock)
        spread(dy.data<T>() + n * y_.count() * channels_, c, sums);
      std::transform(sums, sums + sums_, dx[0].data<T>() + static_cast<std::size_t>(n) * sums_,
                     [](Wide<T> sum) { return static_cast<T>(sum); });
    }
  }
  std::size_t scratch_bytes() const override {
    return sums_ * sizeof(Wide<T>);
  }

 private:
  static constexpr std::int64_t kBlock = 16;  // channels that are summed together

  struct Cells {
    Interval d, h, w;
    std::int64_t count() const { return d.size() * h.size() * w.size(); }
  };
  // Calls visit(position in x) for each cell.
  template <class Visit>
  void for_each_cell(const Cells& window, Visit&& visit) const {
    for (std::int64_t d = window.d.begin; d < window.d.end; ++d)
      for (std::int64_t h = window.h.begin; h < window.h.end; ++h)
        for (std::int64_t w = window.w.begin; w < window.w.end; ++w) visit((d * x_.h + h) * x_.w + w);
  }

  void average(const T* x, std::int64_t row, std::int64_t w, std::int64_t first, T* y) const {
    const std::int64_t n = row / (y_.d * y_.h), count = std::min(kBlock, channels_ - first);
    const Cells window{covered_[0][row / y_.h % y_.d], covered_[1][row % y_.h], covered_[2][w]};
    Wide<T> sums[kBlock] = {};
    for_each_cell(window, [&](std::int64_t cell) {
      const T* const in = x + (n * x_.count() + cell) * channels_ + first;
      for (std::int64_t c = 0; c < count; ++c) sums[c] += in[c];
    });
    for (std::int64_t c = 0; c < count; ++c)
      y[first + c] = static_cast<T>(sums[c] / static_cast<Wide<T>>(window.count()));
  }
  void spread(const T* dy, std::int64_t first, Wide<T>* sums) const {
    const std::int64_t last = std::min(first + kBlock, channels_);
    for (std::int64_t p = 0; p < y_.count(); ++p) {
      const Cells window{covered_[0][p / (y_.h * y_.w)], covered_[1][p / y_.w % y_.h], covered_[2][p % y_.w]};
      const Wide<T> share = 1 / static_cast<Wide<T>>(window.count());
      for_each_cell(window, [&](std::int64_t cell) {
        for (std::int64_t c = first; c < last; ++c)
          sums[cell * channels_ + c] += share * dy[p * channels_ + c];
      });
    }
  }

  Extents x_, y_;
  std::int64_t channels_, samples_;
  Covered covered_;
  std::size_t sums_;  // elements of one sample of x
};

class AveragePool final : public Layer {
 public:
  explicit AveragePool(const Windows& windows) : windows_(windows) {}

  Shape output(std::span<const Shape> inputs) const override {
    return {inputs[0].n, inputs[0].c, outputs(windows_, inputs[0].space, "average-pooling")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override { return footprints(windows_); }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<AveragePoolOp>(site.owned.element, local_problem(windows_, site));
  }

 private:
  Windows windows_;
};

}  // namespace

LayerPtr average_pool(const Windows& window) {
  return std::make_unique<AveragePool>(window);
}

}  // namespace tessera
