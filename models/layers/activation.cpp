#include <cmath>

#include "models/layers/layers.hpp"

namespace tessera {
namespace {

// An activation is two formulas: the value, and the derivative as a function of the value. At zero LeakyReLU
// has the derivative of its negative side, as TensorFlow and PyTorch have it.
struct LeakyReluFunction {
  double negative_slope;
  template <class T>
  T value(T x) const {
    return x < 0 ? static_cast<T>(negative_slope) * x : x;
  }
  template <class T>
  T derivative(T y) const {
    return y > 0 ? T{1} : static_cast<T>(negative_slope);
  }
};

struct ReluFunction {
  template <class T>
  T value(T x) const {
    return x < 0 ? T{0} : x;  // NaN stays
  }
  template <class T>
  T derivative(T y) const {
    return y > 0 ? T{1} : T{0};
  }
};

struct SigmoidFunction {
  template <class T>
  T value(T x) const {
    return 1 / (1 + std::exp(-x));
  }
  template <class T>
  T derivative(T y) const {
    return y * (1 - y);
  }
};

struct ScaledTanhFunction {
  double scale;
  template <class T>
  T value(T x) const {
    return static_cast<T>(scale) * std::tanh(x);
  }
  template <class T>
  T derivative(T y) const {
    return static_cast<T>(scale) - y * y / static_cast<T>(scale);
  }
};

// Function works on the wide type of T.
template <class T, class Function>
class ActivationOp final : public LocalOp {
 public:
  explicit ActivationOp(Function function) : function_(function) {}

  void forward(Inputs x, TensorView y, const OpCall&) override {
    const T* in = x[0].data<T>();
    T* out = y.data<T>();
    const std::int64_t count = y.layout.count();
#pragma omp parallel for simd schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
      out[i] = static_cast<T>(function_.value(static_cast<Wide<T>>(in[i])));
  }
  void backward_inputs(Inputs, ConstTensorView y, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    const T *out = y.data<T>(), *gradient = dy.data<T>();
    T* in = dx[0].data<T>();
    const std::int64_t count = y.layout.count();
#pragma omp parallel for simd schedule(static)
    for (std::int64_t i = 0; i < count; ++i)
      in[i] = static_cast<T>(gradient[i] * function_.derivative(static_cast<Wide<T>>(out[i])));
  }
  bool backward_reads_output() const override {
    return true;
  }

 private:
  Function function_;
};

template <class Function>
class Activation final : public Layer {
 public:
  explicit Activation(Function function) : function_(function) {}

  Shape output(std::span<const Shape> inputs) const override { return inputs[0]; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return with_element(site.owned.element, [this]<class T>(T) -> std::unique_ptr<LocalOp> {
      return std::make_unique<ActivationOp<T, Function>>(function_);
    });
  }

 private:
  Function function_;
};

}  // namespace

LayerPtr leaky_relu(double negative_slope) {
  return std::make_unique<Activation<LeakyReluFunction>>(LeakyReluFunction{negative_slope});
}

LayerPtr relu() {
  return std::make_unique<Activation<ReluFunction>>(ReluFunction{});
}

LayerPtr sigmoid() {
  return std::make_unique<Activation<SigmoidFunction>>(SigmoidFunction{});
}

LayerPtr scaled_tanh(double scale) {
  return std::make_unique<Activation<ScaledTanhFunction>>(ScaledTanhFunction{scale});
}

}  // namespace tessera
