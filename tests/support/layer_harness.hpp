#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "models/base/error.hpp"
#include "models/kernels/kernels.hpp"
#include "models/layers/layers.hpp"
#include "support/numbers.hpp"

namespace tessera::test {

/// One layer localised on whole tensors with random inputs and parameters, called directly: forward, then
/// both backward calls for a random dy. Kernels of any element; T, which tensors are shown in, is the wide
/// type of it. Inputs and dy are rounded to what the layer takes.
template <class T>
class LayerHarness {
 public:
  LayerHarness(const Layer& layer, const Shape& input, Kernels& kernels)
      : LayerHarness(layer, std::vector{input}, kernels) {}
  LayerHarness(const Layer& layer, const std::vector<Shape>& inputs, Kernels& kernels)
      : input_gradients_(layer.has_input_gradients()),
        output_(layer.output(inputs)),
        parameters_(layer.parameters(inputs), element_of<T>()) {
    const std::vector<Precision> taken(inputs.size(), precision_of_inputs(layer, inputs.size()));
    const auto element = [&](Precision precision) {
      return precision == Precision::Wide ? wide(kernels.element()) : kernels.element();
    };
    y_ = Held(output_, 2, element(layer.precision(taken)));
    dy_ = Held(output_, 3, element(layer.precision(taken)));
    Site site{"layer", 1, inputs, output_, {}, y_.layout(), Spread::Split, {}, layer.has_input_gradients()};
    for (const Shape& input : inputs) {
      x_.emplace_back(input, 10 + x_.size(), element(taken[0]));
      dx_.emplace_back(input, 4, element(taken[0]));
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
    op_->forward(inputs(), y_.to_fill(), call());
    return y_.filled();
  }
  void backward() {
    std::vector<TensorView> dx;
    for (Held& gradient : dx_) dx.push_back(gradient.to_fill());
    if (input_gradients_) op_->backward_inputs(inputs(), y_.to_fill(), dy_.to_read(), dx, call());
    op_->backward_parameters(inputs(), y_.to_fill(), dy_.to_read(), call());
    for (Held& gradient : dx_) gradient.filled();
  }
  /// <y, dy>: the loss whose gradient backward() computes.
  double loss() { return dot<T>(forward(), dy_.shown()); }

  std::span<T> x(std::size_t input = 0) { return x_[input].shown(); }
  std::span<T> dx(std::size_t input = 0) { return dx_[input].shown(); }
  std::span<T> dy() { return dy_.shown(); }
  ParameterStore& parameters() { return parameters_; }
  const Shape& output() const { return output_; }
  LocalOp& op() { return *op_; }

 private:
  /// A tensor of random numbers as the operation has it, and as it is shown, where that is of another type.
  class Held {
   public:
    Held() = default;
    Held(const Shape& shape, std::uint64_t stream, Element element)
        : shown_(random_tensor<T>(shape.n, shape.c, shape.space, stream)) {
      if (element == element_of<T>()) return;
      Layout layout = shown_.layout();
      layout.element = element;
      held_ = Tensor(layout);
      to_read();
      filled();
    }
    const Layout& layout() const { return held_ ? held_->layout() : shown_.layout(); }
    std::span<T> shown() { return shown_.view().template span<T>(); }
    ConstTensorView to_read() {
      if (held_) convert(shown_.view(), held_->view());
      return to_fill();
    }
    TensorView to_fill() { return held_ ? held_->view() : shown_.view(); }
    std::span<const T> filled() {
      if (held_) convert(held_->view(), shown_.view());
      return shown();
    }

   private:
    Tensor shown_;
    std::optional<Tensor> held_;
  };

  static Precision precision_of_inputs(const Layer& layer, std::size_t inputs) {
    try {
      layer.precision(std::vector(inputs, Precision::OfKernels));
      return Precision::OfKernels;
    } catch (const InputError&) {
      return Precision::Wide;
    }
  }
  const std::vector<ConstTensorView>& inputs() {
    views_.clear();
    for (Held& x : x_) views_.push_back(x.to_read());
    return views_;
  }
  OpCall call() {
    context_.training = training_;
    context_.sample_ids = samples_;
    return {context_, {saved_.data(), saved_.size()}, {scratch_.data(), scratch_.size()}};
  }

  bool input_gradients_;
  Shape output_;
  ParameterStore parameters_;
  Held y_, dy_;
  std::vector<Held> x_, dx_;
  std::vector<ConstTensorView> views_;
  std::unique_ptr<LocalOp> op_;
  AlignedBytes saved_, scratch_;
  std::vector<std::int64_t> samples_;
  NoGroupSum alone_;
  bool training_ = true;
  StepContext context_{true, 7, 3, {}, alone_, alone_};
};

}  // namespace tessera::test
