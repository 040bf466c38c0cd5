#include <algorithm>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

template <class T>
class TileOp final : public LocalOp {
 public:
  void forward(Inputs x, TensorView y, const OpCall&) override {
    const std::int64_t c = y.layout.c, positions = y.layout.box.count();
    T* out = y.data<T>();
    for (std::int64_t n = 0; n < y.layout.n; ++n)
      for (std::int64_t i = 0; i < positions; ++i, out += c)
        std::transform(x[0].data<Wide<T>>() + n * c, x[0].data<Wide<T>>() + (n + 1) * c, out,
                       [](Wide<T> value) { return static_cast<T>(value); });
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    const std::int64_t c = dy.layout.c, positions = dy.layout.box.count();
    const T* gradient = dy.data<T>();
    for (std::int64_t n = 0; n < dy.layout.n; ++n) {
      Wide<T>* sum = dx[0].data<Wide<T>>() + n * c;
      std::fill_n(sum, c, Wide<T>{0});
      for (std::int64_t i = 0; i < positions; ++i, gradient += c)
        for (std::int64_t k = 0; k < c; ++k) sum[k] += gradient[k];
    }
  }
};

class Tile final : public Layer {
 public:
  explicit Tile(Extents space) : space_(space) {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs[0].space != Extents{})
      throw InputError(fmt::format("a tensor of shape {} can't be tiled", to_string(inputs[0])), "tile",
                       "give one value a channel");
    return {inputs[0].n, inputs[0].c, space_};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    return {Footprint::everything(1), Footprint::everything(1), Footprint::everything(1)};
  }
  Spread spread(std::span<const Spread>) const override { return Spread::Split; }
  Precision precision(std::span<const Precision> inputs) const override {
    require_wide(inputs[0], "tile");
    return Precision::OfKernels;
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<TileOp>(site.owned.element);
  }

 private:
  Extents space_;
};

}  // namespace

LayerPtr tile(Extents space) {
  return std::make_unique<Tile>(space);
}

}  // namespace tessera
