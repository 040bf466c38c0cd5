#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/kernels/kernels.hpp"

namespace tessera::test {

/// Kernels that count the work that is asked of them: two flop a multiply-add, taps in the padding counted.
class CountingKernels final : public Kernels {
 public:
  explicit CountingKernels(std::unique_ptr<Kernels> kernels) : kernels_(std::move(kernels)) {}

  double flop() const { return flop_; }

  Element element() const override { return kernels_->element(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    auto taps = static_cast<double>(problem.x.c / problem.groups);
    for (const LocalWindow& window : problem.window) taps *= static_cast<double>(window.kernel);
    return std::make_unique<Counting>(kernels_->convolution(problem),
                                      2 * taps * static_cast<double>(problem.y.count()), flop_);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return kernels_->max_pool(problem, negative_slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return std::make_unique<Counting>(kernels_->dense(problem),
                                      2.0 * static_cast<double>(problem.n * problem.in * problem.out), flop_);
  }

 private:
  class Counting final : public LinearKernel {
   public:
    Counting(std::unique_ptr<LinearKernel> kernel, double flop, double& total)
        : kernel_(std::move(kernel)), flop_(flop), total_(total) {}
    void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
                 std::span<std::byte> scratch) override {
      total_ += flop_;
      kernel_->forward(x, weights, bias, y, scratch);
    }
    void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                         std::span<std::byte> scratch) override {
      total_ += flop_;
      kernel_->backward_inputs(dy, weights, dx, scratch);
    }
    void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                             std::byte* bias_gradient, std::span<std::byte> scratch) override {
      total_ += flop_;
      kernel_->backward_parameters(x, dy, weights_gradient, bias_gradient, scratch);
    }
    std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
    std::vector<std::string> implementations() const override { return kernel_->implementations(); }

   private:
    std::unique_ptr<LinearKernel> kernel_;
    double flop_;
    double& total_;
  };

  std::unique_ptr<Kernels> kernels_;
  double flop_ = 0;
};

}  // namespace tessera::test
