#include <utility>

#include "models/base/error.hpp"
#include "models/kernels/kernels.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

/// Runs a convolution from y to x backwards: its gradient of inputs is the forward pass here, and its forward
/// pass the gradient of inputs.
class AdjointOp final : public LocalOp {
 public:
  AdjointOp(std::unique_ptr<LinearKernel> convolution, ParameterView weights)
      : convolution_(std::move(convolution)), weights_(weights) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    convolution_->backward_inputs(x[0], weights_.value, y, call.scratch);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    convolution_->forward(dy, weights_.value, nullptr, dx[0], call.scratch);
  }
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    convolution_->backward_parameters(dy, x[0], weights_.gradient, nullptr, call.scratch);
  }
  std::size_t scratch_bytes() const override { return convolution_->scratch_bytes(); }
  bool backward_reads_inputs() const override { return true; }
  /// In the order of the calls here: forward, backward_inputs, backward_parameters.
  std::vector<std::string> implementations() const override {
    std::vector<std::string> names = convolution_->implementations();
    if (names.size() > 1) std::swap(names[0], names[1]);  // the reference has one name for all
    return names;
  }

 private:
  std::unique_ptr<LinearKernel> convolution_;
  ParameterView weights_;
};

class TransposedConvolution2d final : public Layer {
 public:
  explicit TransposedConvolution2d(const TransposedConvolution2dConfig& config)
      : config_(config), windows_{Window{}, config.window, config.window} {}

  Shape output(std::span<const Shape> inputs) const override {
    const Window& w = config_.window;
    if (w.dilation * (w.kernel - 1) + 1 < w.stride || config_.output_pad > w.pad)
      throw InputError(fmt::format("a kernel of {} with stride {}, dilation {}, pad {} and output pad {} "
                                   "leaves outputs without input",
                                   w.kernel, w.stride, w.dilation, w.pad, config_.output_pad),
                       "transposed convolution", "give a larger kernel, or an output pad of at most the pad");
    const auto size = [&](std::int64_t n) {
      return (n - 1) * w.stride - 2 * w.pad + w.dilation * (w.kernel - 1) + 1 + config_.output_pad;
    };
    return {inputs[0].n, config_.out, {inputs[0].space.d, size(inputs[0].space.h), size(inputs[0].space.w)}};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    const Window& w = config_.window;
    const Footprint axis = Footprint::transposed(w.kernel, w.stride, w.pad, w.dilation);
    return {Footprint{}, axis, axis};
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t k = config_.window.kernel;
    return {{.name = "weight",
             .dims = {inputs[0].c, config_.out, k, k},
             .initializer = Initializer::KaimingUniform,
             .fan_in = config_.out * k * k}};
  }
  double forward_flop(std::span<const Shape> inputs, const Shape&) const override {
    const std::int64_t k = config_.window.kernel;
    return 2.0 * static_cast<double>(k * k * config_.out) * static_cast<double>(inputs[0].count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem adjoint;
    adjoint.x = site.owned;
    adjoint.y = site.wanted[0];
    adjoint.order =
        WeightOrder::OutInSpatial;  // seen from the convolution, (in, out, kh, kw) is (out, in, kh, kw)
    adjoint.bias = false;
    adjoint.adjoint = true;
    for (int axis = 0; axis < 3; ++axis) {
      const Window& w = windows_[axis];
      const Interval in = site.wanted[0].box.axes()[axis], out = site.owned.box.axes()[axis];
      // What the full reach of these inputs has beyond the outputs owned here is cropped: padding, to the
      // convolution.
      const std::int64_t first = in.begin * w.stride - w.pad;
      const std::int64_t end = (in.end - 1) * w.stride - w.pad + w.dilation * (w.kernel - 1) + 1;
      adjoint.window[axis] = {w.kernel, w.stride, w.dilation, out.begin - first, end - out.end};
    }
    return std::make_unique<AdjointOp>(kernels.convolution(adjoint), site.parameters[0]);
  }

 private:
  TransposedConvolution2dConfig config_;
  Windows windows_;
};

}  // namespace

LayerPtr transposed_convolution_2d(const TransposedConvolution2dConfig& config) {
  return std::make_unique<TransposedConvolution2d>(config);
}

}  // namespace tessera
