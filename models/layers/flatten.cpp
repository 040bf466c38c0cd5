#include "models/layers/layers.hpp"

namespace tessera {
namespace {

// To the wide type, in order of memory: channels-last memory is already in D H W C order.
class WidenOp final : public LocalOp {
 public:
  void forward(Inputs x, TensorView y, const OpCall&) override { convert(x[0], y); }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    convert(dy, dx[0]);
  }
};

class Flatten final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override {
    return {inputs[0].n, inputs[0].c * inputs[0].space.count(), {}};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape& shape) const override {
    return {Footprint::everything(shape.space.d), Footprint::everything(shape.space.h),
            Footprint::everything(shape.space.w)};
  }
  Spread spread(std::span<const Spread>) const override { return Spread::Replicated; }
  Precision precision(std::span<const Precision>) const override { return Precision::Wide; }
  std::unique_ptr<LocalOp> localize(const Site&, Kernels&) const override {
    return std::make_unique<WidenOp>();
  }
};

class Widen final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  Precision precision(std::span<const Precision>) const override { return Precision::Wide; }
  std::unique_ptr<LocalOp> localize(const Site&, Kernels&) const override {
    return std::make_unique<WidenOp>();
  }
};

}  // namespace

LayerPtr flatten() {
  return std::make_unique<Flatten>();
}

LayerPtr widen() {
  return std::make_unique<Widen>();
}

}  // namespace tessera
