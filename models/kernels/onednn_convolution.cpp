#include <omp.h>

#include <algorithm>
#include <optional>

#include "models/kernels/depthwise_gradient.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/onednn_forward_pass.hpp"
#include "models/kernels/onednn_input_gradient.hpp"
#include "models/kernels/onednn_kernels.hpp"
#include "models/kernels/onednn_product_weight_gradient.hpp"
#include "models/kernels/onednn_weight_gradient.hpp"
#include "models/kernels/onednn_winograd_pass.hpp"
#include "models/kernels/onednn_winograd_weight_gradient.hpp"
#include "models/kernels/winograd_rule.hpp"

namespace tessera::onednn {
namespace {

using winograd::WinogradWeights;

// Of the library's product: then its convolutions, which it may have better ones of, are faster.
bool has_plain_loops(const std::string& implementation) {
  return has_word(implementation, "ref");
}

// Of the library's gradient of weights in float32: it writes what each output reads to memory first, a number
// at a time. So where it has nothing better, as for channels-last tensors of a few cells.
bool is_unfolded(const ConvolutionProblem& problem, const std::string& implementation) {
  return problem.x.element == Element::F32 && has_word(implementation, "gemm") &&
         !has_word(implementation, "acl");
}

// Activations and their gradients are given as channels-last in all three directions; only the weights'
// layout is left to the library.
class OnednnConvolution final : public LinearKernel {
 public:
  OnednnConvolution(const Device& device, const ConvolutionProblem& problem, ConvolutionAlgorithm algorithm) {
    const auto by_winograd = [&]<class Made>(std::optional<Made>& made, Direction direction, auto... which) {
      if (!winograd::is_chosen(problem, direction, algorithm, omp_get_max_threads())) return false;
      made.emplace(device, problem, which...);
      if (algorithm == ConvolutionAlgorithm::Auto && has_plain_loops(made->implementation())) made.reset();
      return made.has_value();
    };
    if (!by_winograd(winograd_forward_, Direction::Forward, WinogradWeights::Of::Convolution)) {
      const ConvolutionDescription description(problem, ConvolutionDescription::Tensors::ChannelsLast);
      forward_ = ForwardPass(device, description, description.plain_weights);
    }
    if (problem.input_gradients &&
        !by_winograd(winograd_inputs_, Direction::BackwardInputs, WinogradWeights::Of::InputGradient))
      inputs_ = InputGradient(device, problem);
    if (!problem.parameter_gradients) return;
    if (is_depthwise(problem))  // the library's has none for dilations, and isn't faster
      depthwise_.emplace(problem);
    else if (!by_winograd(winograd_weights_, Direction::BackwardParameters))
      make_weight_gradient(device, problem);
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    if (winograd_forward_)
      winograd_forward_->run(x.bytes, weights, bias, y.bytes, scratch.data());
    else
      forward_.run(x.bytes, weights, bias, y.bytes, scratch.data());
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    if (winograd_inputs_)
      winograd_inputs_->run(dy.bytes, weights, nullptr, dx.bytes, scratch.data());
    else
      inputs_.run(dy.bytes, weights, dx.bytes, scratch.data());
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    if (depthwise_)
      depthwise_->run(x, dy, weights_gradient, bias_gradient, scratch);
    else if (winograd_weights_)
      winograd_weights_->run(x.bytes, dy.bytes, weights_gradient, bias_gradient, scratch.data());
    else if (product_weights_)
      product_weights_->run(x.bytes, dy.bytes, weights_gradient, bias_gradient, scratch.data());
    else
      weights_->run(x.bytes, dy.bytes, weights_gradient, bias_gradient, scratch.data());
  }

  std::size_t scratch_bytes() const override {
    const std::size_t forward =
        winograd_forward_ ? winograd_forward_->scratch_bytes() : forward_.scratch_bytes();
    const std::size_t inputs = winograd_inputs_ ? winograd_inputs_->scratch_bytes()
                               : inputs_        ? inputs_.scratch_bytes()
                                                : 0;
    const std::size_t parameters = depthwise_          ? depthwise_->scratch_bytes()
                                   : winograd_weights_ ? winograd_weights_->scratch_bytes()
                                   : product_weights_  ? product_weights_->scratch_bytes()
                                   : weights_          ? weights_->scratch_bytes()
                                                       : 0;
    return std::max({forward, inputs, parameters});
  }

  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = {winograd_forward_ ? winograd_forward_->implementation()
                                                        : forward_.implementation()};
    if (winograd_inputs_ || inputs_)
      names.push_back(winograd_inputs_ ? winograd_inputs_->implementation() : inputs_.implementation());
    if (depthwise_) names.emplace_back("vector");
    if (winograd_weights_) names.push_back(winograd_weights_->implementation());
    if (product_weights_) names.push_back(product_weights_->implementation());
    if (weights_) names.push_back(weights_->implementation());
    return names;
  }

 private:
  // The library's, or products where they are faster.
  void make_weight_gradient(const Device& device, const ConvolutionProblem& problem) {
    const int team = omp_get_max_threads();
    if (ProductWeightGradient::pays(problem, team)) {
      product_weights_.emplace(device, problem);
      return;
    }
    weights_.emplace(device, problem);
    if (!is_unfolded(problem, weights_->implementation()) || !ProductWeightGradient::can_be(problem, team))
      return;
    product_weights_.emplace(device, problem);
    if (has_plain_loops(product_weights_->implementation()))
      product_weights_.reset();
    else
      weights_.reset();
  }

  ForwardPass forward_;
  InputGradient inputs_;
  std::optional<SlabbedWeightGradient> weights_;
  // Each in place of one of these.
  std::optional<WinogradPass> winograd_forward_, winograd_inputs_;
  std::optional<WinogradWeightGradient> winograd_weights_;
  std::optional<ProductWeightGradient> product_weights_;
  std::optional<DepthwiseWeightGradient> depthwise_;
};

}  // namespace

std::unique_ptr<LinearKernel> make_convolution(const Device& device, const ConvolutionProblem& problem,
                                               ConvolutionAlgorithm algorithm) {
  return std::make_unique<OnednnConvolution>(device, problem, algorithm);
}

}  // namespace tessera::onednn
