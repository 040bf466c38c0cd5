#include <algorithm>

#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

// Which position is the largest is known to who has them all: as in flatten, each process reads everything,
// and what arrives for a gradient is completed on its way home.
template <class T>
class GlobalMaxPoolOp final : public LocalOp {
 public:
  explicit GlobalMaxPoolOp(const Site& site)
      : samples_(site.output.n), channels_(site.output.c), positions_(site.wanted[0].box.count()) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    const T* const in = x[0].data<T>();
    std::int64_t* const places = largest(call);
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < samples_ * channels_; ++i) {
      const std::int64_t first = i / channels_ * positions_ * channels_ + i % channels_;
      std::int64_t best = first;
      for (std::int64_t at = first; at < first + positions_ * channels_; at += channels_)
        if (is_larger(in[at], in[best])) best = at;
      places[i] = best;
      y.data<Wide<T>>()[i] = in[best];
    }
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    T* const out = dx[0].data<T>();
    std::fill_n(out, dx[0].layout.count(), T{0});
    for (std::int64_t i = 0; i < samples_ * channels_; ++i)
      out[largest(call)[i]] = static_cast<T>(dy.data<Wide<T>>()[i]);
  }
  std::size_t saved_bytes() const override {
    return static_cast<std::size_t>(samples_ * channels_) * sizeof(std::int64_t);
  }

 private:
  // Not a number counts as largest, so that it isn't lost on the way to the loss.
  static bool is_larger(Wide<T> value, Wide<T> best) {
    return !(value <= best) && best == best;
  }
  static std::int64_t* largest(const OpCall& call) {
    return reinterpret_cast<std::int64_t*>(call.saved.data());
  }

  std::int64_t samples_, channels_, positions_;
};

class GlobalMaxPool final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override { return {inputs[0].n, inputs[0].c, {}}; }
  std::array<Footprint, 3> reads(std::size_t, const Shape& shape) const override {
    return {Footprint::everything(shape.space.d), Footprint::everything(shape.space.h),
            Footprint::everything(shape.space.w)};
  }
  Spread spread(std::span<const Spread>) const override { return Spread::Replicated; }
  Precision precision(std::span<const Precision>) const override { return Precision::Wide; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<GlobalMaxPoolOp>(site.wanted[0].element, site);
  }
};

}  // namespace

LayerPtr global_max_pool() {
  return std::make_unique<GlobalMaxPool>();
}

}  // namespace tessera
