#include <algorithm>

#include "models/kernels/onednn_convolution_description.hpp"
#include "models/kernels/onednn_kernels.hpp"

// Activations and their gradients are given as channels-last in all three directions; only the weights'
// layout is left to the library. With few input channels its own choice for backward-weights would be a gemm,
// several times slower.
namespace tessera::onednn {
namespace {

class OnednnConvolution final : public LinearKernel {
 public:
  OnednnConvolution(const Device& device, const ConvolutionProblem& problem) {
    const ConvolutionDescription description(problem, ConvolutionDescription::Tensors::ChannelsLast);
    const dnnl::memory::desc& plain = description.plain_weights;
    const auto forward = description.forward(device);
    forward_ = make_forward(device, forward);
    forward_weights_ = forward.weights_desc().get_size();
    forward_reorder_ = WeightReorder(device, plain, forward.weights_desc());
    if (problem.input_gradients) {
      const auto data = description.backward_data(device, forward);
      data_ = make_backward_data(device, data);
      data_weights_ = data.weights_desc().get_size();
      data_reorder_ = WeightReorder(device, plain, data.weights_desc());
    }
    const auto weights = description.backward_weights(device, forward);
    weights_ = make_backward_weights(device, weights);
    gradient_weights_ = weights.diff_weights_desc().get_size();
    gradient_reorder_ = WeightReorder(device, weights.diff_weights_desc(), plain);
  }

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> scratch) override {
    ScratchParts parts(scratch.data());
    const std::byte* blocked = to_blocked(forward_reorder_, weights, forward_weights_, parts);
    forward_.run({x.bytes, blocked, bias, y.bytes}, parts.take(0));
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte> scratch) override {
    ScratchParts parts(scratch.data());
    const std::byte* blocked = to_blocked(data_reorder_, weights, data_weights_, parts);
    data_.run({dy.bytes, blocked, dx.bytes}, parts.take(0));
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte> scratch) override {
    ScratchParts parts(scratch.data());
    std::byte* blocked = gradient_reorder_.needed() ? parts.take(gradient_weights_) : weights_gradient;
    std::byte* rest = parts.take(0);
    weights_.run({x.bytes, dy.bytes, blocked, bias_gradient}, rest);
    if (gradient_reorder_.needed()) gradient_reorder_.run(blocked, weights_gradient, rest);
  }

  std::size_t scratch_bytes() const override {
    const auto needs = [](std::size_t weights, const Primitive& primitive, const WeightReorder& reorder) {
      return ScratchParts::rounded(weights) + std::max(primitive.scratch_bytes(), reorder.scratch_bytes());
    };
    return std::max({needs(forward_weights_, forward_, forward_reorder_),
                     needs(data_weights_, data_, data_reorder_),
                     needs(gradient_weights_, weights_, gradient_reorder_)});
  }

  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = {forward_.implementation()};
    if (data_) names.push_back(data_.implementation());
    names.push_back(weights_.implementation());
    return names;
  }

 private:
  // The weights in the layout that a primitive chose: reordered into scratch, or the caller's own where it is
  // that.
  static const std::byte* to_blocked(WeightReorder& reorder, const std::byte* plain, std::size_t bytes,
                                     ScratchParts& parts) {
    if (!reorder.needed()) return plain;
    std::byte* blocked = parts.take(bytes);
    reorder.run(plain, blocked, parts.take(0));
    return blocked;
  }

  Primitive forward_, data_, weights_;
  WeightReorder forward_reorder_, data_reorder_, gradient_reorder_;
  std::size_t forward_weights_ = 0, data_weights_ = 0, gradient_weights_ = 0;  // bytes
};

}  // namespace

std::unique_ptr<LinearKernel> make_convolution(const Device& device, const ConvolutionProblem& problem) {
  return std::make_unique<OnednnConvolution>(device, problem);
}

}  // namespace tessera::onednn
