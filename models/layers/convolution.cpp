#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

/// Whatever the names and the order of its parameters.
class Convolution : public Layer {
 public:
  Convolution(std::int64_t out, const Windows& windows, std::int64_t groups, bool bias, WeightOrder order)
      : out_(out), groups_(groups), windows_(windows), bias_(bias), order_(order) {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs[0].c % groups_ != 0 || out_ % groups_ != 0)
      throw InputError(fmt::format("{} input and {} output channels don't fall into {} groups", inputs[0].c,
                                   out_, groups_),
                       "convolution", "choose channels that the groups divide");
    return {inputs[0].n, out_, outputs(windows_, inputs[0].space, "convolution")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override { return footprints(windows_); }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    const auto& [d, h, w] = windows_;
    const std::int64_t read = d.kernel * h.kernel * w.kernel * inputs_of_a_group(inputs[0]);
    return 2.0 * static_cast<double>(read) * static_cast<double>(output.count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem problem{local_problem(windows_, site), groups_, order_, bias_, site.input_gradients};
    problem.whole = site.output.space;
    return std::make_unique<LinearOp>(kernels.convolution(problem), site);
  }

 protected:
  std::int64_t inputs_of_a_group(const Shape& input) const { return input.c / groups_; }

  std::int64_t out_, groups_;
  Windows windows_;
  bool bias_;

 private:
  WeightOrder order_;
};

class KerasConvolution final : public Convolution {
 public:
  explicit KerasConvolution(const ConvolutionConfig& config)
      : Convolution(config.out, config.window, config.groups, config.bias, WeightOrder::SpatialInOut),
        axes_(config.axes) {}

  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    std::vector<ParameterSpec> specs = {
        {.name = "kernel",
         .dims = keras_kernel(windows_, axes_, inputs_of_a_group(inputs[0]), out_),
         .initializer = Initializer::GlorotUniform}};
    if (bias_) specs.push_back({.name = "bias", .dims = {out_}});
    return specs;
  }

 private:
  std::size_t axes_;
};

class PyTorchConvolution final : public Convolution {
 public:
  explicit PyTorchConvolution(const Convolution2dConfig& config)
      : Convolution(config.out, {Window{}, config.window, config.window}, config.groups, config.bias,
                    WeightOrder::OutInSpatial),
        initializer_(config.initializer) {}

  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t k = windows_[2].kernel, in = inputs_of_a_group(inputs[0]);
    std::vector<ParameterSpec> specs = {{.name = "weight",
                                         .dims = {out_, in, k, k},
                                         .initializer = initializer_,
                                         .fan_in = in * k * k,
                                         .fan_out = out_ * k * k}};
    if (bias_)
      specs.push_back(
          {.name = "bias", .dims = {out_}, .initializer = Initializer::KaimingUniform, .fan_in = in * k * k});
    return specs;
  }

 private:
  Initializer initializer_;
};

}  // namespace

LayerPtr convolution(const ConvolutionConfig& config) {
  return std::make_unique<KerasConvolution>(config);
}

LayerPtr convolution_2d(const Convolution2dConfig& config) {
  return std::make_unique<PyTorchConvolution>(config);
}

}  // namespace tessera
