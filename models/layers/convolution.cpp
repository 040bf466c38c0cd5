#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

class Convolution final : public Layer {
 public:
  explicit Convolution(const ConvolutionConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override {
    if (inputs[0].c % config_.groups != 0 || config_.out % config_.groups != 0)
      throw InputError(fmt::format("{} input and {} output channels don't fall into {} groups", inputs[0].c,
                                   config_.out, config_.groups),
                       "convolution", "choose channels that the groups divide");
    return {inputs[0].n, config_.out, outputs(config_.window, inputs[0].space, "convolution")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    return footprints(config_.window);
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    std::vector<ParameterSpec> specs = {
        {.name = "kernel",
         .dims = keras_kernel(config_.window, config_.axes, inputs[0].c / config_.groups, config_.out),
         .initializer = Initializer::GlorotUniform}};
    if (config_.bias) specs.push_back({.name = "bias", .dims = {config_.out}});
    return specs;
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    const auto& [d, h, w] = config_.window;
    const std::int64_t read = d.kernel * h.kernel * w.kernel * (inputs[0].c / config_.groups);
    return 2.0 * static_cast<double>(read) * static_cast<double>(output.count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem problem{local_problem(config_.window, site), config_.groups, WeightOrder::SpatialInOut,
                               config_.bias, site.input_gradients};
    problem.whole = site.output.space;
    return std::make_unique<LinearOp>(kernels.convolution(problem), site);
  }

 private:
  ConvolutionConfig config_;
};

}  // namespace

LayerPtr convolution(const ConvolutionConfig& config) {
  return std::make_unique<Convolution>(config);
}

}  // namespace tessera
