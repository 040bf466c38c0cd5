#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/kernels/convolution_algorithm.hpp"

/// Prepared primitives: created once from layouts and a window geometry, then executed many times. Nothing is
/// allocated by an execution; scratch memory comes from the caller.
namespace tessera {

/// A window along one axis of a local tensor, with the zero padding that this process applies at either end.
struct LocalWindow {
  std::int64_t kernel = 1, stride = 1, dilation = 1, pad_lo = 0, pad_hi = 0;
  friend bool operator==(const LocalWindow&, const LocalWindow&) = default;
};

/// A window operation on local tensors: x and y have the same n and element.
struct WindowProblem {
  Layout x, y;
  std::array<LocalWindow, 3> window;  // D H W
  friend bool operator==(const WindowProblem&, const WindowProblem&) = default;
};

/// How the weights of a convolution lie in memory: kd kh kw in out, as Keras has them, or out in kd kh kw, as
/// PyTorch.
enum class WeightOrder : std::uint8_t { SpatialInOut, OutInSpatial };

/// A convolution on local tensors. With groups, output channels read the input channels of their own group
/// alone, and `in` of the weights counts those of one group.
struct ConvolutionProblem : WindowProblem {
  std::int64_t groups = 1;
  WeightOrder order = WeightOrder::SpatialInOut;
  bool bias = true;                 // otherwise null is passed for it and its gradient
  bool input_gradients = true;      // whether backward_inputs will be called
  bool adjoint = false;             // its layer is the transposed one: calls backward_inputs to go forward
  bool parameter_gradients = true;  // whether backward_parameters will be called
  /// Extents of the tensor of which the layer's output is a part, where it is one: by which a way to go
  /// forward is chosen, so that all parts of a sample have the numbers of the whole.
  Extents whole{0, 0, 0};

  std::int64_t taps() const { return window[0].kernel * window[1].kernel * window[2].kernel; }
  friend bool operator==(const ConvolutionProblem&, const ConvolutionProblem&) = default;
};

/// A linear map with weights and bias: a convolution or a matrix product. Weights, bias and their gradients
/// are in the wide type of the tensors' element; weights are rounded to that element before they are
/// multiplied.
class LinearKernel {
 public:
  virtual ~LinearKernel() = default;
  virtual void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
                       std::span<std::byte> scratch) = 0;
  /// Overwrites dx. Only where the kernel was made with input gradients.
  virtual void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                               std::span<std::byte> scratch) = 0;
  /// Overwrites both gradients.
  virtual void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                                   std::byte* bias_gradient, std::span<std::byte> scratch) = 0;
  virtual std::size_t scratch_bytes() const { return 0; }
  virtual std::vector<std::string> implementations() const = 0;
};

using MakeConvolution = std::function<std::unique_ptr<LinearKernel>(const ConvolutionProblem&)>;

/// A pool's window has fewer cells: kernels keep the number of one, and a sign, in one byte.
inline constexpr std::int64_t kPoolTaps = 128;

/// Max-pooling followed by LeakyReLU with slope `negative_slope` (1: none). The activation is monotone, so it
/// commutes with the maximum: applied to the pooled elements it costs a fraction, and the input need not be
/// kept.
class MaxPoolKernel {
 public:
  virtual ~MaxPoolKernel() = default;
  /// saved: one byte for each element of y.
  virtual void forward(ConstTensorView x, TensorView y, std::span<std::byte> saved) = 0;
  virtual void backward(ConstTensorView dy, std::span<const std::byte> saved, TensorView dx) = 0;
  virtual std::vector<std::string> implementations() const = 0;
};

/// A convolution, the first of a network, whose output goes to max-pooling with an activation and nowhere
/// else: convolution.y is pool.x.
struct PooledConvolutionProblem {
  ConvolutionProblem convolution;
  WindowProblem pool;
  double negative_slope = 1;
  friend bool operator==(const PooledConvolutionProblem&, const PooledConvolutionProblem&) = default;
};

/// Both at once: x and y are those of the convolution and of the pool.
class PooledConvolutionKernel {
 public:
  virtual ~PooledConvolutionKernel() = default;
  /// saved: one byte for each element of y.
  virtual void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
                       std::span<std::byte> saved, std::span<std::byte> scratch) = 0;
  /// Overwrites both gradients.
  virtual void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                                   std::byte* weights_gradient, std::byte* bias_gradient,
                                   std::span<std::byte> scratch) = 0;
  virtual std::size_t scratch_bytes() const = 0;
  virtual std::vector<std::string> implementations() const = 0;
};

/// x is n × in, weights in × out or out × in by their order, y n × out; all in the wide type.
struct DenseProblem {
  std::int64_t n = 1, in = 1, out = 1;
  bool bias = true;
  WeightOrder order = WeightOrder::SpatialInOut;
  friend bool operator==(const DenseProblem&, const DenseProblem&) = default;
};

/// Factory of prepared primitives for networks of one element type. Convolutions and pools are for that of
/// the problem's tensors, itself or its wide type; matrix products for its wide type.
class Kernels {
 public:
  virtual ~Kernels() = default;
  virtual Element element() const = 0;
  virtual std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) = 0;
  virtual std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) = 0;
  virtual std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) = 0;
  /// The convolution and then the pool, unless said otherwise, with the map between them in scratch.
  virtual std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem);
};

/// Plain loops: the oracle of all others. In bfloat16, each element of a result is summed in float and
/// rounded once.
std::unique_ptr<Kernels> make_reference_kernels(Element element);
/// oneDNN in float or bfloat16, on the OpenMP team of the calling thread.
std::unique_ptr<Kernels> make_onednn_kernels(Element element = Element::F32,
                                             ConvolutionAlgorithm algorithm = ConvolutionAlgorithm::Auto);

}  // namespace tessera
