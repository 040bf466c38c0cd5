#pragma once

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Kernels that compute nothing and need no memory: for asking operations of any size what they need beside
/// their kernels. The library's own take seconds to make, and the reference's take memory.
class UnmadeKernels final : public Kernels {
 public:
  explicit UnmadeKernels(Element element) : element_(element) {}

  Element element() const override { return element_; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem&) override {
    return std::make_unique<Linear>();
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem&, double) override {
    return std::make_unique<MaxPool>();
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem&) override { return std::make_unique<Linear>(); }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(const PooledConvolutionProblem&) override {
    return std::make_unique<PooledConvolution>();
  }

 private:
  struct Linear final : LinearKernel {
    void forward(ConstTensorView, const std::byte*, const std::byte*, TensorView,
                 std::span<std::byte>) override {}
    void backward_inputs(ConstTensorView, const std::byte*, TensorView, std::span<std::byte>) override {}
    void backward_parameters(ConstTensorView, ConstTensorView, std::byte*, std::byte*,
                             std::span<std::byte>) override {}
    std::vector<std::string> implementations() const override { return {}; }
  };
  struct MaxPool final : MaxPoolKernel {
    void forward(ConstTensorView, TensorView, std::span<std::byte>) override {}
    void backward(ConstTensorView, std::span<const std::byte>, TensorView) override {}
    std::vector<std::string> implementations() const override { return {}; }
  };
  struct PooledConvolution final : PooledConvolutionKernel {
    void forward(ConstTensorView, const std::byte*, const std::byte*, TensorView, std::span<std::byte>,
                 std::span<std::byte>) override {}
    void backward_parameters(ConstTensorView, ConstTensorView, std::span<const std::byte>, std::byte*,
                             std::byte*, std::span<std::byte>) override {}
    std::size_t scratch_bytes() const override { return 0; }
    std::vector<std::string> implementations() const override { return {}; }
  };

  Element element_;
};

}  // namespace tessera
