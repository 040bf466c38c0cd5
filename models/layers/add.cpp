#include "models/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

class AddOp final : public LocalOp {
 public:
  void forward(Inputs x, TensorView y, const OpCall&) override {
    copy_box(x[0], y, y.layout.box);
    for (const ConstTensorView& term : x.subspan(1)) add_box(term, y, y.layout.box);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    for (const TensorView& gradient : dx)
      if (gradient.bytes != nullptr) copy_box(dy, gradient, dy.layout.box);
  }
};

class Add final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override {
    for (const Shape& shape : inputs)
      if (shape != inputs[0])
        throw InputError(
            fmt::format("tensors of shapes {} and {} can't be added", to_string(inputs[0]), to_string(shape)),
            "add", "give all branches the same strides, padding and number of channels");
    return inputs[0];
  }
  std::unique_ptr<LocalOp> localize(const Site&, Kernels&) const override {
    return std::make_unique<AddOp>();
  }
};

}  // namespace

LayerPtr add() {
  return std::make_unique<Add>();
}

}  // namespace tessera
