#include "models/kernels/pooled_convolution.hpp"

#include <cassert>
#include <utility>

#include "models/layers/layers.hpp"

namespace tessera {
namespace {

class PooledConvolutionOp final : public LocalOp {
 public:
  PooledConvolutionOp(std::unique_ptr<PooledConvolution> kernel, const Site& site)
      : kernel_(std::move(kernel)),
        kernel_parameter_(site.parameters[0]),
        bias_(site.parameters[1]),
        saved_bytes_(static_cast<std::size_t>(site.owned.count())) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    kernel_->forward(x[0], kernel_parameter_.value, bias_.value, y, call.saved, call.scratch);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView, InputGradients, const OpCall&) override {
    assert(false && "its inputs need no gradients");
  }
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    kernel_->backward_parameters(x[0], dy, call.saved, kernel_parameter_.gradient, bias_.gradient,
                                 call.scratch);
  }
  std::size_t saved_bytes() const override { return saved_bytes_; }
  std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  bool backward_reads_inputs() const override { return true; }
  std::vector<std::string> implementations() const override { return kernel_->implementations(); }

 private:
  std::unique_ptr<PooledConvolution> kernel_;
  ParameterView kernel_parameter_, bias_;
  std::size_t saved_bytes_;
};

class PooledConvolutionLayer final : public Layer {
 public:
  PooledConvolutionLayer(const ConvolutionConfig& convolution_config, const MaxPoolConfig& pool_config)
      : convolution_(convolution(convolution_config)),
        pool_(max_pool(pool_config)),
        windows_(convolution_config.window),
        pool_config_(pool_config) {}

  Shape output(std::span<const Shape> inputs) const override { return pool_->output({{between(inputs)}}); }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    std::array<Footprint, 3> reads = footprints(windows_);
    for (std::size_t axis = 0; axis < 3; ++axis)
      reads[axis] = chained(pool_config_.window[axis].footprint(), reads[axis]);
    return reads;
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    return convolution_->parameters(inputs);
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    Shape pooled = output;
    const auto& [d, h, w] = pool_config_.window;
    pooled.space = {output.space.d * d.kernel, output.space.h * h.kernel, output.space.w * w.kernel};
    return convolution_->forward_flop(inputs, pooled);
  }
  bool has_input_gradients() const override { return false; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    assert(!site.input_gradients);
    Site first = site, second = site;
    first.output = between(site.inputs);
    std::array<Interval, 3> read = site.owned.box.axes();
    for (std::size_t axis = 0; axis < 3; ++axis)
      read[axis] = wanted(pool_config_.window[axis].footprint(), read[axis], first.output.space.axes()[axis]);
    first.owned.box = Box::of(read);
    second.inputs = {first.output};
    second.wanted = {first.owned};
    PooledConvolutionProblem problem{{local_problem(windows_, first)},
                                     local_problem(pool_config_.window, second),
                                     pool_config_.negative_slope};
    problem.convolution.input_gradients = false;
    return std::make_unique<PooledConvolutionOp>(kernels.pooled_convolution(problem), site);
  }

 private:
  Shape between(std::span<const Shape> inputs) const { return convolution_->output(inputs); }

  LayerPtr convolution_, pool_;
  Windows windows_;
  MaxPoolConfig pool_config_;
};

}  // namespace

LayerPtr pooled_convolution(const ConvolutionConfig& convolution, const MaxPoolConfig& pool) {
  return std::make_unique<PooledConvolutionLayer>(convolution, pool);
}

}  // namespace tessera
