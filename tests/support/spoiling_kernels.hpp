#pragma once

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera::test {

/// A kernel by another name.
class NamedKernel final : public LinearKernel {
 public:
  NamedKernel(std::unique_ptr<LinearKernel> kernel, std::string name)
      : kernel_(std::move(kernel)), name_(std::move(name)) {}
  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    kernel_->forward(x, weights, bias, y, scratch);
  }
  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    kernel_->backward_inputs(dy, weights, dx, scratch);
  }
  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    kernel_->backward_parameters(x, dy, weights_gradient, bias_gradient, scratch);
  }
  std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  std::vector<std::string> implementations() const override { return {name_}; }

 private:
  std::unique_ptr<LinearKernel> kernel_;
  std::string name_;
};

/// Kernels that are wrong in one direction: the last number of its result is another, or is as it was; or a
/// pool's taps are others.
class SpoilingKernels final : public Kernels {
 public:
  enum class Way : std::uint8_t { Doubles, LeavesOut, OtherTaps };
  SpoilingKernels(std::unique_ptr<Kernels> kernels, Direction direction, Way way = Way::Doubles)
      : kernels_(std::move(kernels)), spoiler_(std::make_shared<Spoiler>(direction, way)) {}

  /// Whether some result was.
  bool spoilt() const { return spoiler_->spoilt; }

  Element element() const override { return kernels_->element(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    return std::make_unique<Linear>(kernels_->convolution(problem), spoiler_,
                                    problem.taps() * problem.x.c / problem.groups * problem.y.c);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return std::make_unique<MaxPool>(kernels_->max_pool(problem, negative_slope), spoiler_);
  }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem) override {
    const ConvolutionProblem& p = problem.convolution;
    return std::make_unique<Pooled>(kernels_->pooled_convolution(problem), spoiler_,
                                    p.taps() * p.x.c / p.groups * p.y.c);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return std::make_unique<Linear>(kernels_->dense(problem), spoiler_, problem.in * problem.out);
  }

 private:
  struct Spoiler {
    Spoiler(Direction of, Way by) : direction(of), way(by) {}
    void operator()(Direction called, TensorView result) {
      if (called != direction || way == Way::OtherTaps) return;
      spoilt = true;
      with_element(result.layout.element, [&]<class T>(T) {
        T& last = result.span<T>().back();
        last = static_cast<T>(way == Way::Doubles ? 2 * Wide<T>{last} + 1
                                                  : std::numeric_limits<Wide<T>>::quiet_NaN());
      });
    }
    void operator()(Direction called, std::span<std::byte> taps) {
      if (called != direction || way != Way::OtherTaps) return;
      spoilt = true;
      for (std::byte& tap : taps) tap = static_cast<std::byte>(tap == std::byte{0});
    }
    Direction direction;
    Way way;
    bool spoilt = false;
  };

  static Layout row(std::int64_t count) { return {1, count, Box::whole({1, 1, 1}), Element::F32}; }

  class Linear final : public LinearKernel {
   public:
    Linear(std::unique_ptr<LinearKernel> kernel, std::shared_ptr<Spoiler> spoiler, std::int64_t weights)
        : kernel_(std::move(kernel)), spoiler_(std::move(spoiler)), weights_(row(weights)) {}
    void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
                 std::span<std::byte> scratch) override {
      kernel_->forward(x, weights, bias, y, scratch);
      (*spoiler_)(Direction::Forward, y);
    }
    void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                         std::span<std::byte> scratch) override {
      kernel_->backward_inputs(dy, weights, dx, scratch);
      (*spoiler_)(Direction::BackwardInputs, dx);
    }
    void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                             std::byte* bias_gradient, std::span<std::byte> scratch) override {
      kernel_->backward_parameters(x, dy, weights_gradient, bias_gradient, scratch);
      (*spoiler_)(Direction::BackwardParameters, TensorView{weights_gradient, weights_});
    }
    std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
    std::vector<std::string> implementations() const override { return kernel_->implementations(); }

   private:
    std::unique_ptr<LinearKernel> kernel_;
    std::shared_ptr<Spoiler> spoiler_;
    Layout weights_;
  };

  class MaxPool final : public MaxPoolKernel {
   public:
    MaxPool(std::unique_ptr<MaxPoolKernel> kernel, std::shared_ptr<Spoiler> spoiler)
        : kernel_(std::move(kernel)), spoiler_(std::move(spoiler)) {}
    void forward(ConstTensorView x, TensorView y, std::span<std::byte> saved) override {
      kernel_->forward(x, y, saved);
      (*spoiler_)(Direction::Forward, y);
    }
    void backward(ConstTensorView dy, std::span<const std::byte> saved, TensorView dx) override {
      kernel_->backward(dy, saved, dx);
      (*spoiler_)(Direction::BackwardInputs, dx);
    }
    std::vector<std::string> implementations() const override { return kernel_->implementations(); }

   private:
    std::unique_ptr<MaxPoolKernel> kernel_;
    std::shared_ptr<Spoiler> spoiler_;
  };

  class Pooled final : public PooledConvolutionKernel {
   public:
    Pooled(std::unique_ptr<PooledConvolutionKernel> kernel, std::shared_ptr<Spoiler> spoiler,
           std::int64_t weights)
        : kernel_(std::move(kernel)), spoiler_(std::move(spoiler)), weights_(row(weights)) {}
    void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
                 std::span<std::byte> saved, std::span<std::byte> scratch) override {
      kernel_->forward(x, weights, bias, y, saved, scratch);
      (*spoiler_)(Direction::Forward, y);
      (*spoiler_)(Direction::Forward, saved);
    }
    void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                             std::byte* weights_gradient, std::byte* bias_gradient,
                             std::span<std::byte> scratch) override {
      kernel_->backward_parameters(x, dy, saved, weights_gradient, bias_gradient, scratch);
      (*spoiler_)(Direction::BackwardParameters, TensorView{weights_gradient, weights_});
    }
    std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
    std::vector<std::string> implementations() const override { return kernel_->implementations(); }

   private:
    std::unique_ptr<PooledConvolutionKernel> kernel_;
    std::shared_ptr<Spoiler> spoiler_;
    Layout weights_;
  };

  std::unique_ptr<Kernels> kernels_;
  std::shared_ptr<Spoiler> spoiler_;
};

}  // namespace tessera::test
