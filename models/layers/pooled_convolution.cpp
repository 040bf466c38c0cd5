#include "models/base/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

class PooledConvolutionOp final : public LocalOp {
 public:
  PooledConvolutionOp(std::unique_ptr<PooledConvolutionKernel> kernel, const Site& site)
      : kernel_(std::move(kernel)),
        weights_(site.parameters[0]),
        bias_(site.parameters.size() > 1 ? site.parameters[1] : ParameterView{}),
        saved_bytes_(static_cast<std::size_t>(site.owned.count())) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    kernel_->forward(x[0], weights_.value, bias_.value, y, call.saved, call.scratch);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView, InputGradients, const OpCall&) override {}
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    kernel_->backward_parameters(x[0], dy, call.saved, weights_.gradient, bias_.gradient, call.scratch);
  }
  std::size_t saved_bytes() const override { return saved_bytes_; }
  std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  bool backward_reads_inputs() const override { return true; }
  std::vector<std::string> implementations() const override { return kernel_->implementations(); }

 private:
  std::unique_ptr<PooledConvolutionKernel> kernel_;
  ParameterView weights_, bias_;
  std::size_t saved_bytes_;
};

// Of both windows, one behind the other.
Window composed(const Window& convolution, const Window& pool) {
  return {.kernel = convolution.dilation * (convolution.kernel - 1) + pool.kernel,
          .stride = pool.stride,
          .pad = convolution.pad};
}

class PooledConvolution final : public Layer {
 public:
  explicit PooledConvolution(const PooledConvolutionConfig& config)
      : config_(config), convolution_(convolution(config.convolution)), pool_(max_pool(config.pool)) {}

  Shape output(std::span<const Shape> inputs) const override {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const Window& pool = config_.pool.window[axis];
      if (config_.convolution.window[axis].stride != 1 || pool.pad != 0 || pool.uneven != 0)
        throw InputError("one has strides, or the other padding", "a convolution with its pool",
                         "give neither, or make two layers of them");
    }
    return pool_->output(std::array{convolution_->output(inputs)});
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    Windows windows;
    for (std::size_t axis = 0; axis < 3; ++axis)
      windows[axis] = composed(config_.convolution.window[axis], config_.pool.window[axis]);
    return footprints(windows);
  }
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override {
    return convolution_->parameters(inputs);
  }
  double forward_flop(std::span<const Shape> inputs, const Shape& output) const override {
    Shape map = output;  // as much of it as is pooled
    std::array<std::int64_t, 3> space = output.space.axes();
    for (std::size_t axis = 0; axis < 3; ++axis)
      space[axis] = (space[axis] - 1) * config_.pool.window[axis].stride + config_.pool.window[axis].kernel;
    map.space = {space[0], space[1], space[2]};
    return convolution_->forward_flop(inputs, map);
  }
  bool has_input_gradients() const override { return false; }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    const Shape map = convolution_->output(site.inputs);
    const std::array<Footprint, 3> pooled = footprints(config_.pool.window);
    std::array<Interval, 3> box;
    for (std::size_t axis = 0; axis < 3; ++axis)
      box[axis] = wanted(pooled[axis], site.owned.box.axes()[axis], map.space.axes()[axis]);
    Site of_convolution = site, of_pool = site;
    of_convolution.owned.box = Box::of(box);
    of_pool.inputs = {map};
    of_pool.wanted = {of_convolution.owned};
    PooledConvolutionProblem problem{{local_problem(config_.convolution.window, of_convolution)},
                                     local_problem(config_.pool.window, of_pool),
                                     config_.pool.negative_slope};
    problem.convolution.groups = config_.convolution.groups;
    problem.convolution.bias = config_.convolution.bias;
    problem.convolution.input_gradients = false;
    problem.convolution.whole = map.space;
    return std::make_unique<PooledConvolutionOp>(kernels.pooled_convolution(problem), site);
  }

 private:
  PooledConvolutionConfig config_;
  LayerPtr convolution_, pool_;
};

}  // namespace

LayerPtr pooled_convolution(const PooledConvolutionConfig& config) {
  return std::make_unique<PooledConvolution>(config);
}

}  // namespace tessera
