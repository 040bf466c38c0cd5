#include <algorithm>
#include <optional>

#include "models/kernels/depthwise_gradient.hpp"
#include "models/kernels/onednn_forward_pass.hpp"
#include "models/kernels/onednn_input_gradient.hpp"
#include "models/kernels/onednn_kernels.hpp"
#include "models/kernels/onednn_weight_gradient.hpp"

namespace tessera::onednn {
namespace {

// Activations and their gradients are given as channels-last in all three directions; only the weights'
// layout is left to the library.
class OnednnConvolution final : public LinearKernel {
 public:
  OnednnConvolution(const Device& device, const ConvolutionProblem& problem) {
    const ConvolutionDescription description(problem, ConvolutionDescription::Tensors::ChannelsLast);
    forward_ = ForwardPass(device, description, description.plain_weights);
    if (problem.input_gradients) inputs_ = InputGradient(device, problem);
    if (is_depthwise(problem) && !problem.bias)  // the library's has none for dilations, and isn't faster
      depthwise_.emplace(problem);
    else
      weights_ = SlabbedWeightGradient(device, problem);
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    forward_.run(x.bytes, weights, bias, y.bytes, scratch.data());
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    inputs_.run(dy.bytes, weights, dx.bytes, scratch.data());
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    if (depthwise_)
      depthwise_->run(x, dy, weights_gradient, scratch);
    else
      weights_.run(x.bytes, dy.bytes, weights_gradient, bias_gradient, scratch.data());
  }

  std::size_t scratch_bytes() const override {
    return std::max({forward_.scratch_bytes(), inputs_ ? inputs_.scratch_bytes() : 0,
                     depthwise_ ? depthwise_->scratch_bytes() : weights_.scratch_bytes()});
  }

  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = {forward_.implementation()};
    if (inputs_) names.push_back(inputs_.implementation());
    names.push_back(depthwise_ ? "vector" : weights_.implementation());
    return names;
  }

 private:
  ForwardPass forward_;
  InputGradient inputs_;
  SlabbedWeightGradient weights_;
  std::optional<DepthwiseWeightGradient> depthwise_;  // in place of weights_
};

}  // namespace

std::unique_ptr<LinearKernel> make_convolution(const Device& device, const ConvolutionProblem& problem) {
  return std::make_unique<OnednnConvolution>(device, problem);
}

}  // namespace tessera::onednn
