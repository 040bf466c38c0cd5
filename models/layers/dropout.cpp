#include <algorithm>
#include <array>
#include <span>

#include "models/base/random.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

// The mask is drawn again in backward rather than kept: it is a pure function, and dropout stands on small
// tensors.
template <class T>
class DropoutOp final : public LocalOp {
 public:
  DropoutOp(double rate, const Site& site) : rate_(rate), node_(site.node), space_(site.output.space) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override { mask(x[0], y, call.step); }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    mask(dy, dx[0], call.step);
  }

 private:
  void mask(ConstTensorView from, TensorView to, const StepContext& step) const {
    const T* in = from.data<T>();
    T* out = to.data<T>();
    const Layout& layout = to.layout;
    if (!step.training) {
      std::copy_n(in, layout.count(), out);
      return;
    }
    const Box& box = layout.box;
    for (std::int64_t n = 0; n < layout.n; ++n) {
      const RandomStream stream{step.seed, Purpose::Dropout, (node_ << 48) + step.step,
                                static_cast<std::uint64_t>(step.sample_ids[n])};
      for (std::int64_t d = box.d.begin; d < box.d.end; ++d)
        for (std::int64_t h = box.h.begin; h < box.h.end; ++h) {
          const std::int64_t first = ((d * space_.h + h) * space_.w + box.w.begin) * layout.c;
          mask_row(stream, first, box.w.size() * layout.c, in, out);
          in += box.w.size() * layout.c;
          out += box.w.size() * layout.c;
        }
    }
  }

  // A run of elements whose global indices begin at `first`. An index of the stream serves four of them.
  void mask_row(const RandomStream& stream, std::int64_t first, std::int64_t count, const T* in,
                T* out) const {
    const auto keep_scale = static_cast<Wide<T>>(1 / (1 - rate_));
    std::array<float, 1024> numbers;
    const std::int64_t end = first + count;
    while (first < end) {
      const std::int64_t begin = first / 4 * 4, last = std::min<std::int64_t>(end, begin + numbers.size());
      stream.uniform(static_cast<std::uint64_t>(begin) / 4,
                     std::span(numbers).first(static_cast<std::size_t>(last - begin)));
      for (; first < last; ++first, ++in, ++out)
        *out = numbers[first - begin] >= rate_ ? static_cast<T>(*in * keep_scale) : T{0};
    }
  }

  double rate_;
  std::uint64_t node_;
  Extents space_;
};

class Dropout final : public Layer {
 public:
  explicit Dropout(double rate) : rate_(rate) {}

  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<DropoutOp>(site.owned.element, rate_, site);
  }

 private:
  double rate_;
};

}  // namespace

LayerPtr dropout(double rate) {
  return std::make_unique<Dropout>(rate);
}

}  // namespace tessera
