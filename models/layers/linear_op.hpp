#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/kernels/kernels.hpp"
#include "models/network/layer.hpp"
#include "models/network/window.hpp"

namespace tessera {

/// Dims of a kernel as Keras has it: taps along the last `axes` of D H W, then two numbers of channels.
inline std::vector<std::int64_t> keras_kernel(const Windows& windows, std::size_t axes, std::int64_t in,
                                              std::int64_t out) {
  std::vector<std::int64_t> dims;
  for (std::size_t axis = windows.size() - axes; axis < windows.size(); ++axis)
    dims.push_back(windows[axis].kernel);
  dims.insert(dims.end(), {in, out});
  return dims;
}

/// The operation of a layer with weights and perhaps a bias: a prepared kernel and where its parameters lie.
class LinearOp final : public LocalOp {
 public:
  /// site.parameters: weights, bias if there is one.
  LinearOp(std::unique_ptr<LinearKernel> kernel, const Site& site)
      : kernel_(std::move(kernel)),
        weights_(site.parameters[0]),
        bias_(site.parameters.size() > 1 ? site.parameters[1] : ParameterView{}) {}

  void forward(Inputs x, TensorView y, const OpCall& call) override {
    kernel_->forward(x[0], weights_.value, bias_.value, y, call.scratch);
  }
  void backward_inputs(Inputs, ConstTensorView, ConstTensorView dy, InputGradients dx,
                       const OpCall& call) override {
    kernel_->backward_inputs(dy, weights_.value, dx[0], call.scratch);
  }
  void backward_parameters(Inputs x, ConstTensorView, ConstTensorView dy, const OpCall& call) override {
    kernel_->backward_parameters(x[0], dy, weights_.gradient, bias_.gradient, call.scratch);
  }
  std::size_t scratch_bytes() const override { return kernel_->scratch_bytes(); }
  bool backward_reads_inputs() const override { return true; }
  std::vector<std::string> implementations() const override { return kernel_->implementations(); }

 private:
  std::unique_ptr<LinearKernel> kernel_;
  ParameterView weights_, bias_;
};

}  // namespace tessera
