#include <limits>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/make_op.hpp"

namespace tessera {
namespace {

template <class T>
class AddOp final : public LocalOp {
 public:
  explicit AddOp(bool relu) : relu_(relu) {}

  void forward(Inputs x, TensorView y, const OpCall&) override {
    T* out = y.data<T>();
    const std::int64_t count = y.layout.count();
    for (std::size_t term = 1; term < x.size(); ++term) {
      const T *sum = term == 1 ? x[0].data<T>() : out, *more = x[term].data<T>();
      const Wide<T> least = relu_ && term + 1 == x.size() ? 0 : -std::numeric_limits<Wide<T>>::infinity();
#pragma omp parallel for simd schedule(static)
      for (std::int64_t i = 0; i < count; ++i) {
        const Wide<T> value = sum[i] + more[i];
        out[i] = static_cast<T>(value < least ? least : value);
      }
    }
  }
  void backward_inputs(Inputs, ConstTensorView y, ConstTensorView dy, InputGradients dx,
                       const OpCall&) override {
    const std::int64_t count = dy.layout.count();
    const T *gradient = dy.data<T>(), *out = relu_ ? y.data<T>() : nullptr;
    for (const TensorView& term : dx) {
      if (term.bytes == nullptr) continue;
      T* in = term.data<T>();
#pragma omp parallel for simd schedule(static)
      for (std::int64_t i = 0; i < count; ++i) in[i] = out == nullptr || out[i] > 0 ? gradient[i] : T{0};
    }
  }
  bool backward_reads_output() const override {
    return relu_;
  }

 private:
  bool relu_;
};

class Add final : public Layer {
 public:
  explicit Add(const AddConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs.size() < 2) throw InputError("one tensor alone is no sum", "add", "give two or more");
    for (const Shape& shape : inputs)
      if (shape != inputs[0])
        throw InputError(
            fmt::format("tensors of shapes {} and {} can't be added", to_string(inputs[0]), to_string(shape)),
            "add", "give all branches the same strides, padding and number of channels");
    return inputs[0];
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels&) const override {
    return make_op<AddOp>(site.owned.element, config_.relu);
  }

 private:
  AddConfig config_;
};

}  // namespace

LayerPtr add(const AddConfig& config) {
  return std::make_unique<Add>(config);
}

}  // namespace tessera
