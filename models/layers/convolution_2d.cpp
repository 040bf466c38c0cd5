#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

class Convolution2d final : public Layer {
 public:
  explicit Convolution2d(const Convolution2dConfig& config)
      : config_(config), windows_{Window{}, config.window, config.window} {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs[0].c % config_.groups != 0 || config_.out % config_.groups != 0)
      throw InputError(fmt::format("{} input and {} output channels don't fall into {} groups", inputs[0].c,
                                   config_.out, config_.groups),
                       "convolution", "choose channels that the groups divide");
    return {inputs[0].n, config_.out, outputs(windows_, inputs[0].space, "convolution")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override { return footprints(windows_); }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const std::int64_t k = config_.window.kernel, in = inputs[0].c / config_.groups;
    std::vector<ParameterSpec> specs = {{.name = "weight",
                                         .dims = {config_.out, in, k, k},
                                         .initializer = config_.initializer,
                                         .fan_in = in * k * k,
                                         .fan_out = config_.out * k * k}};
    if (config_.bias)
      specs.push_back({.name = "bias",
                       .dims = {config_.out},
                       .initializer = Initializer::KaimingUniform,
                       .fan_in = in * k * k});
    return specs;
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    const std::int64_t k = config_.window.kernel, read = k * k * (inputs[0].c / config_.groups);
    return 2.0 * static_cast<double>(read) * static_cast<double>(output.count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem problem{local_problem(windows_, site), config_.groups, WeightOrder::OutInSpatial,
                               config_.bias, site.input_gradients};
    problem.whole = site.output.space;
    return std::make_unique<LinearOp>(kernels.convolution(problem), site);
  }

 private:
  Convolution2dConfig config_;
  Windows windows_;
};

}  // namespace

LayerPtr convolution_2d(const Convolution2dConfig& config) {
  return std::make_unique<Convolution2d>(config);
}

}  // namespace tessera
