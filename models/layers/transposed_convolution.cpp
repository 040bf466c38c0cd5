#include <algorithm>
#include <utility>

#include "models/base/error.hpp"
#include "models/kernels/bias.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

/// Runs a convolution from y to x backwards: its gradient of inputs is the forward pass here, and its forward
/// pass the gradient of inputs. The convolution has no bias in y's place: it is added afterwards.
class AdjointOp final : public LocalOp {
 public:
  AdjointOp(std::unique_ptr<LinearKernel> convolution, const Site& site)
      : convolution_(std::move(convolution)),
        weights_(site.parameters[0]),
        bias_(site.parameters.size() > 1 ? site.parameters[1] : ParameterView{}) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    convolution_->backward_inputs(x[0], weights_.value, y, call.scratch);
    if (bias_.value != nullptr) add_bias(bias_.value, y);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    convolution_->forward(dy, weights_.value, nullptr, dx[0], call.scratch);
  }
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    convolution_->backward_parameters(dy, x[0], weights_.gradient, nullptr, call.scratch);
    if (bias_.gradient != nullptr) sum_bias_gradient(dy, bias_.gradient);
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
  ParameterView weights_, bias_;
};

void require_input_for_all_outputs(const Window& w) {
  if (!w.leaves_no_gaps() || w.pad + w.uneven < 0)
    throw InputError(
        fmt::format("a kernel of {} with stride {}, dilation {}, pad {} and output pad {} "
                    "leaves outputs without input",
                    w.kernel, w.stride, w.dilation, w.pad, -w.uneven),
        "transposed convolution",
        "give a kernel at least as large as the stride, a dilation that has no divisor in common "
        "with it, and an output pad of at most the pad");
}

std::int64_t output_extent(const Window& w, std::int64_t n) {
  return (n - 1) * w.stride - 2 * w.pad - w.uneven + w.reach() + 1;
}

/// Whatever the names and the order of its parameters.
class TransposedConvolution : public Layer {
 public:
  TransposedConvolution(std::int64_t out, const Windows& windows, WeightOrder order)
      : out_(out), windows_(windows), order_(order) {}

  Shape output(std::span<const Shape> inputs) const override {
    std::array<std::int64_t, 3> sizes{};
    for (int axis = 0; axis < 3; ++axis) {
      const Window& w = windows_[axis];
      require_input_for_all_outputs(w);
      sizes[axis] = output_extent(w, inputs[0].space.axes()[axis]);
      if (sizes[axis] < 1)
        throw InputError(
            fmt::format("a pad of {} leaves nothing of {} cells", w.pad, inputs[0].space.axes()[axis]),
            "transposed convolution", "give a smaller pad, or a larger input");
    }
    return {inputs[0].n, out_, {sizes[0], sizes[1], sizes[2]}};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    std::array<Footprint, 3> axes;
    std::ranges::transform(windows_, axes.begin(), [](const Window& w) {
      return Footprint::transposed(w.kernel, w.stride, w.pad, w.dilation);
    });
    return axes;
  }
  double forward_flop(std::span<const Shape> inputs, const Shape&) const override {
    const auto& [d, h, w] = windows_;
    return 2.0 * static_cast<double>(d.kernel * h.kernel * w.kernel * out_) *
           static_cast<double>(inputs[0].count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem adjoint;
    adjoint.x = site.owned;
    adjoint.y = site.wanted[0];
    adjoint.order = order_;
    adjoint.bias = false;
    adjoint.adjoint = true;
    adjoint.whole = site.output.space;
    for (int axis = 0; axis < 3; ++axis) {
      const Window& w = windows_[axis];
      const Interval in = site.wanted[0].box.axes()[axis], out = site.owned.box.axes()[axis];
      // What the full reach of these inputs has beyond the outputs owned here is cropped: padding, to the
      // convolution.
      const std::int64_t first = in.begin * w.stride - w.pad;
      const std::int64_t end = (in.end - 1) * w.stride - w.pad + w.reach() + 1;
      adjoint.window[axis] = {w.kernel, w.stride, w.dilation, out.begin - first, end - out.end};
    }
    return std::make_unique<AdjointOp>(kernels.convolution(adjoint), site);
  }

 protected:
  std::int64_t out_;
  Windows windows_;

 private:
  WeightOrder order_;  // seen from the convolution, whose inputs are the outputs here
};

class PyTorchTransposedConvolution final : public TransposedConvolution {
 public:
  explicit PyTorchTransposedConvolution(const TransposedConvolution2dConfig& config)
      : TransposedConvolution(config.out, windows_of(config), WeightOrder::OutInSpatial) {}

  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t k = windows_[2].kernel;
    return {{.name = "weight",
             .dims = {inputs[0].c, out_, k, k},
             .initializer = Initializer::KaimingUniform,
             .fan_in = out_ * k * k}};
  }

 private:
  static Windows windows_of(const TransposedConvolution2dConfig& config) {
    Window window = config.window;
    window.uneven = -config.output_pad;
    return {Window{}, window, window};
  }
};

class KerasTransposedConvolution final : public TransposedConvolution {
 public:
  explicit KerasTransposedConvolution(const TransposedConvolutionConfig& config)
      : TransposedConvolution(config.out, config.window, WeightOrder::SpatialInOut),
        bias_(config.bias),
        axes_(config.axes) {}

  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    std::vector<ParameterSpec> specs = {{.name = "kernel",
                                         .dims = keras_kernel(windows_, axes_, out_, inputs[0].c),
                                         .initializer = Initializer::GlorotUniform}};
    if (bias_) specs.push_back({.name = "bias", .dims = {out_}});
    return specs;
  }

 private:
  bool bias_;
  std::size_t axes_;
};

}  // namespace

LayerPtr transposed_convolution_2d(const TransposedConvolution2dConfig& config) {
  return std::make_unique<PyTorchTransposedConvolution>(config);
}

LayerPtr transposed_convolution(const TransposedConvolutionConfig& config) {
  return std::make_unique<KerasTransposedConvolution>(config);
}

}  // namespace tessera
