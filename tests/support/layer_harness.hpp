#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/kernels/kernels.hpp"
#include "models/layers/layers.hpp"
#include "support/numbers.hpp"

namespace tessera::test {

/// One layer localised on whole tensors with random inputs and parameters, called directly: forward, then
/// both backward calls for a random dy. T is float or double, with kernels of that element.
template <class T>
class LayerHarness {
 public:
  LayerHarness(const Layer& layer, const Shape& input, Kernels& kernels)
      : LayerHarness(layer, std::vector{input}, kernels) {}
  LayerHarness(const Layer& layer, const std::vector<Shape>& inputs, Kernels& kernels)
      : output_(layer.output(inputs)),
        parameters_(layer.parameters(inputs), element_of<T>()),
        y_(random_tensor<T>(output_.n, output_.c, output_.space, 2)),
        dy_(random_tensor<T>(output_.n, output_.c, output_.space, 3)) {
    Site site{"layer", 1, inputs, output_, {}, y_.layout(), {}, true};
    for (const Shape& input : inputs) {
      x_.push_back(random_tensor<T>(input.n, input.c, input.space, 10 + x_.size()));
      dx_.push_back(random_tensor<T>(input.n, input.c, input.space, 4));
      site.wanted.push_back(x_.back().layout());
    }
    for (int p = 0; p < parameters_.count(); ++p) {
      fill_random(parameters_.template value<T>(p), 100 + p);
      const std::size_t offset = parameters_.offset(p) * sizeof(T);
      site.parameters.push_back({parameters_.values() + offset, parameters_.gradients() + offset});
    }
    op_ = layer.localize(site, kernels);
    saved_ = AlignedBytes(op_->saved_bytes());
    scratch_ = AlignedBytes(op_->scratch_bytes());
    for (std::int64_t i = 0; i < output_.n; ++i) samples_.push_back(40 + i);
  }

  std::span<const T> forward(bool training = true) {
    training_ = training;
    op_->forward(inputs(), y_.view(), call());
    return std::as_const(y_).view().template span<T>();
  }
  void backward() {
    std::vector<TensorView> dx;
    for (Tensor& gradient : dx_) dx.push_back(gradient.view());
    op_->backward_inputs(inputs(), y_.view(), dy_.view(), dx, call());
    op_->backward_parameters(inputs(), y_.view(), dy_.view(), call());
  }
  /// <y, dy>: the loss whose gradient backward() computes.
  double loss() { return dot(forward(), std::as_const(dy_).view().template span<T>()); }

  std::span<T> x(std::size_t input = 0) { return x_[input].view().template span<T>(); }
  std::span<T> dx(std::size_t input = 0) { return dx_[input].view().template span<T>(); }
  std::span<T> dy() { return dy_.view().template span<T>(); }
  ParameterStore& parameters() { return parameters_; }
  const Shape& output() const { return output_; }
  LocalOp& op() { return *op_; }

 private:
  const std::vector<ConstTensorView>& inputs() {
    views_.clear();
    for (const Tensor& x : x_) views_.push_back(x.view());
    return views_;
  }
  OpCall call() {
    context_.training = training_;
    context_.sample_ids = samples_;
    return {context_, {saved_.data(), saved_.size()}, {scratch_.data(), scratch_.size()}};
  }

  Shape output_;
  ParameterStore parameters_;
  Tensor y_, dy_;
  std::vector<Tensor> x_, dx_;
  std::vector<ConstTensorView> views_;
  std::unique_ptr<LocalOp> op_;
  AlignedBytes saved_, scratch_;
  std::vector<std::int64_t> samples_;
  NoGroupSum alone_;
  bool training_ = true;
  StepContext context_{true, 7, 3, {}, alone_, alone_};
};

}  // namespace tessera::test
