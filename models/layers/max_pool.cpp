#include "models/base/error.hpp"
#include "models/kernels/kernels.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

class MaxPoolOp final : public LocalOp {
 public:
  MaxPoolOp(std::unique_ptr<MaxPoolKernel> kernel, const Layout& owned)
      : kernel_(std::move(kernel)), saved_bytes_(static_cast<std::size_t>(owned.count())) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override { kernel_->forward(x[0], y, call.saved); }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    kernel_->backward(dy, call.saved, dx[0]);
  }
  std::size_t saved_bytes() const override { return saved_bytes_; }
  std::vector<std::string> implementations() const override { return kernel_->implementations(); }

 private:
  std::unique_ptr<MaxPoolKernel> kernel_;
  std::size_t saved_bytes_;
};

class MaxPool final : public Layer {
 public:
  explicit MaxPool(const MaxPoolConfig& config) : config_(config) {}

  Shape output(std::span<const Shape> inputs) const override {
    const auto& [d, h, w] = config_.window;
    if (d.kernel * h.kernel * w.kernel >= kPoolTaps)
      throw InputError(fmt::format("a window of {}x{}x{} cells is too large", d.kernel, h.kernel, w.kernel),
                       "max-pooling", fmt::format("pool at most {} cells at once", kPoolTaps - 1));
    return {inputs[0].n, inputs[0].c, outputs(config_.window, inputs[0].space, "max-pooling")};
  }
  std::array<Footprint, 3> reads(std::size_t, const Shape&) const override {
    return footprints(config_.window);
  }
  std::unique_ptr<LocalOp> localize(const Site& site, Kernels& kernels) const override {
    return std::make_unique<MaxPoolOp>(
        kernels.max_pool(local_problem(config_.window, site), config_.negative_slope), site.owned);
  }

 private:
  MaxPoolConfig config_;
};

}  // namespace

LayerPtr max_pool(const MaxPoolConfig& config) {
  return std::make_unique<MaxPool>(config);
}

}  // namespace tessera
