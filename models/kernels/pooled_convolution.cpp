#include <algorithm>

#include "models/kernels/kernels.hpp"
#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

// One after the other.
class ConvolutionThenPool final : public PooledConvolutionKernel {
 public:
  ConvolutionThenPool(const PooledConvolutionProblem& problem, std::unique_ptr<LinearKernel> convolution,
                      std::unique_ptr<MaxPoolKernel> pool)
      : map_(problem.pool.x), convolution_(std::move(convolution)), pool_(std::move(pool)) {}

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> saved, std::span<std::byte> scratch) override {
    convolution_->forward(x, weights, bias, map(scratch), behind_map(scratch));
    pool_->forward(map(scratch), y, saved);
  }
  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                           std::byte* weights_gradient, std::byte* bias_gradient,
                           std::span<std::byte> scratch) override {
    pool_->backward(dy, saved, map(scratch));
    convolution_->backward_parameters(x, map(scratch), weights_gradient, bias_gradient, behind_map(scratch));
  }
  std::size_t scratch_bytes() const override {
    return ScratchParts::rounded(map_.bytes()) + convolution_->scratch_bytes();
  }
  std::vector<std::string> implementations() const override { return convolution_->implementations(); }

 private:
  TensorView map(std::span<std::byte> scratch) const { return {scratch.data(), map_}; }
  std::span<std::byte> behind_map(std::span<std::byte> scratch) const {
    return scratch.subspan(ScratchParts::rounded(map_.bytes()));
  }

  Layout map_;
  std::unique_ptr<LinearKernel> convolution_;
  std::unique_ptr<MaxPoolKernel> pool_;
};

}  // namespace

std::unique_ptr<PooledConvolutionKernel> Kernels::pooled_convolution(
    const PooledConvolutionProblem& problem) {
  return std::make_unique<ConvolutionThenPool>(problem, convolution(problem.convolution),
                                               max_pool(problem.pool, problem.negative_slope));
}

}  // namespace tessera
