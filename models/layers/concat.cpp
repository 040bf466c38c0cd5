#include <cstring>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

// Channels are innermost in memory: each position's channels are one run in either tensor.
class ConcatOp final : public LocalOp {
 public:
  void forward(Inputs x, TensorView y, const OpCall&) override {
    std::size_t first = 0;
    const std::size_t stride = bytes_of_channels(y.layout);
    for (const ConstTensorView& part : x) {
      const std::size_t bytes = bytes_of_channels(part.layout);
      copy_runs(part.bytes, bytes, y.bytes + first, stride, bytes, positions(y.layout));
      first += bytes;
    }
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    std::size_t first = 0;
    const std::size_t stride = bytes_of_channels(dy.layout);
    for (const TensorView& part : dx) {
      const std::size_t bytes = bytes_of_channels(part.layout);
      if (part.bytes != nullptr)
        copy_runs(dy.bytes + first, stride, part.bytes, bytes, bytes, positions(dy.layout));
      first += bytes;
    }
  }

 private:
  static std::int64_t positions(const Layout& layout) { return layout.n * layout.box.count(); }
  static std::size_t bytes_of_channels(const Layout& layout) {
    return static_cast<std::size_t>(layout.c) * bytes_of(layout.element);
  }
  static void copy_runs(const std::byte* from, std::size_t from_stride, std::byte* to, std::size_t to_stride,
                        std::size_t bytes, std::int64_t count) {
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
      std::memcpy(to + static_cast<std::size_t>(i) * to_stride,
                  from + static_cast<std::size_t>(i) * from_stride, bytes);
  }
};

class Concat final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override {
    Shape joined = inputs[0];
    joined.c = 0;
    for (const Shape& shape : inputs) {
      if (shape.n != joined.n || shape.space != joined.space)
        throw InputError(fmt::format("tensors of shapes {} and {} can't be joined along channels",
                                     to_string(inputs[0]), to_string(shape)),
                         "concat", "give all branches the same strides and padding");
      joined.c += shape.c;
    }
    return joined;
  }
  std::unique_ptr<LocalOp> localize(const Site&, Kernels&) const override {
    return std::make_unique<ConcatOp>();
  }
};

}  // namespace

LayerPtr concat() {
  return std::make_unique<Concat>();
}

}  // namespace tessera
