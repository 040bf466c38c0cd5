#include "models/kernels/widened_convolution.hpp"

#include <algorithm>
#include <utility>

#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

class WidenedConvolution final : public LinearKernel {
 public:
  WidenedConvolution(const ConvolutionProblem& wide, std::unique_ptr<LinearKernel> kernel)
      : kernel_(std::move(kernel)), x_(wide.x), y_(wide.y) {
    weights_.c = wide.taps() * wide.x.c / wide.groups * wide.y.c;
    weights_.box = Box::whole({1, 1, 1});
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    const Parts parts = cut(scratch);
    convert(x, parts.x);
    kernel_->forward(parts.x, round(weights, parts), bias, parts.y, parts.rest);
    convert(parts.y, y);
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    const Parts parts = cut(scratch);
    convert(dy, parts.y);
    kernel_->backward_inputs(parts.y, round(weights, parts), parts.x, parts.rest);
    convert(parts.x, dx);
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    const Parts parts = cut(scratch);
    convert(x, parts.x);
    convert(dy, parts.y);
    kernel_->backward_parameters(parts.x, parts.y, weights_gradient, bias_gradient, parts.rest);
  }

  std::size_t scratch_bytes() const override {
    return ScratchParts::rounded(x_.bytes()) + ScratchParts::rounded(y_.bytes()) +
           ScratchParts::rounded(weights_.bytes()) + ScratchParts::rounded(narrow_weights().bytes()) +
           kernel_->scratch_bytes();
  }

  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = kernel_->implementations();
    for (std::string& name : names) name += " in float32";
    return names;
  }

 private:
  struct Parts {
    TensorView x, y, weights, narrow_weights;
    std::span<std::byte> rest;
  };
  Layout narrow_weights() const {
    Layout narrow = weights_;
    narrow.element = Element::BF16;
    return narrow;
  }
  Parts cut(std::span<std::byte> scratch) const {
    ScratchParts memory(scratch.data());
    const auto take = [&memory](const Layout& layout) {
      return TensorView{memory.take(layout.bytes()), layout};
    };
    return {take(x_),
            take(y_),
            take(weights_),
            take(narrow_weights()),
            {memory.rest(), scratch.data() + scratch.size()}};
  }
  // As what computes with bfloat16 sees them.
  const std::byte* round(const std::byte* weights, const Parts& parts) const {
    convert({weights, weights_}, parts.narrow_weights);
    convert(parts.narrow_weights, parts.weights);
    return parts.weights.bytes;
  }

  std::unique_ptr<LinearKernel> kernel_;
  Layout x_, y_, weights_;  // in the wide type
};

}  // namespace

ConvolutionProblem widened(ConvolutionProblem problem) {
  problem.x.element = wide(problem.x.element);
  problem.y.element = wide(problem.y.element);
  return problem;
}

std::unique_ptr<LinearKernel> make_widened_convolution(const ConvolutionProblem& problem,
                                                       const MakeConvolution& make) {
  const ConvolutionProblem wide = widened(problem);
  return std::make_unique<WidenedConvolution>(wide, make(wide));
}

}  // namespace tessera
