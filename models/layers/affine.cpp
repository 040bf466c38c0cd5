#include <algorithm>

#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

template <class T>
class AffineOp final : public LocalOp {
 public:
  AffineOp(ParameterView weights, ParameterView bias) : weights_(weights), bias_(bias) {}

  void forward(Inputs x, TensorView y, const OpCall&) override {
    const Wide<T>*w = as(weights_.value), *b = as(bias_.value);
    const T* in = x[0].data<T>();
    T* out = y.data<T>();
    const std::int64_t c = y.layout.c;
    for (std::int64_t i = 0; i < y.layout.count(); ++i) out[i] = static_cast<T>(w[i % c] * in[i] + b[i % c]);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    const Wide<T>* w = as(weights_.value);
    const T* gradient = dy.data<T>();
    T* in = dx[0].data<T>();
    const std::int64_t c = dy.layout.c;
    for (std::int64_t i = 0; i < dy.layout.count(); ++i) in[i] = static_cast<T>(w[i % c] * gradient[i]);
  }
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall&) override {
    const T *in = x[0].data<T>(), *gradient = dy.data<T>();
    Wide<T>*dw = as(weights_.gradient), *db = as(bias_.gradient);
    const std::int64_t c = dy.layout.c;
    std::fill_n(dw, c, Wide<T>{0});
    std::fill_n(db, c, Wide<T>{0});
    for (std::int64_t i = 0; i < dy.layout.count(); ++i) {
      dw[i % c] += in[i] * gradient[i];
      db[i % c] += gradient[i];
    }
  }
  bool backward_reads_inputs() const override { return true; }

 private:
  static Wide<T>* as(std::byte* bytes) { return reinterpret_cast<Wide<T>*>(bytes); }

  ParameterView weights_, bias_;
};

class Affine final : public Layer {
 public:
  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    return {{"weights", {inputs[0].c, 1, 1}, Initializer::Ones},
            {"bias", {inputs[0].c, 1, 1}, Initializer::Zeros}};
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<AffineOp>(site.owned.element, site.parameters[0], site.parameters[1]);
  }
};

}  // namespace

LayerPtr affine() {
  return std::make_unique<Affine>();
}

}  // namespace tessera
