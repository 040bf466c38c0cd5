#include "models/layers/layers.hpp"
#include "models/layers/linear_op.hpp"

namespace tessera {
namespace {

class Convolution final : public Layer {
 public:
  explicit Convolution(const ConvolutionConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override {
    return {inputs[0].n, config_.out, outputs(config_.window, inputs[0].space, "convolution")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    return footprints(config_.window);
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    const auto& [d, h, w] = config_.window;
    return {{"kernel",
             {d.kernel, h.kernel, w.kernel, inputs[0].c, config_.out},
             Initializer::GlorotUniform,
             false},
            {"bias", {config_.out}, Initializer::Zeros, false}};
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    const auto& [d, h, w] = config_.window;
    return 2.0 * static_cast<double>(d.kernel * h.kernel * w.kernel * inputs[0].c) *
           static_cast<double>(output.count());
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    ConvolutionProblem problem{local_problem(config_.window, site)};
    problem.input_gradients = site.input_gradients;
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
