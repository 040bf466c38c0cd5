#pragma once

#include <memory>

#include "models/network/layer.hpp"
#include "models/network/window.hpp"

/// The layers that networks are made of. Shapes are N C D H W; memory is channels-last.
namespace tessera {

using LayerPtr = std::unique_ptr<const Layer>;

/// Convolution as Keras has it: (N, C, D, H, W) -> (N, out, D', H', W'). With groups, output channels read
/// the input channels of their group alone. Parameters: kernel (kd, kh, kw, in / groups, out),
/// Glorot-uniform; with `bias`, bias (out), zeros. The kernel has the last `axes` of its taps' axes: two for
/// Keras' Conv2D.
struct ConvolutionConfig {
  std::int64_t out = 1;
  Windows window;
  std::int64_t groups = 1;
  bool bias = true;
  std::size_t axes = 3;
};
LayerPtr convolution(const ConvolutionConfig& config);

/// Convolution in two dimensions as PyTorch has it: (N, C, 1, H, W) -> (N, out, 1, H', W'). With groups,
/// output channels read the input channels of their group alone; as many groups as channels is a depthwise
/// one. Parameters: weight (out, in / groups, kh, kw); with `bias`, bias (out).
struct Convolution2dConfig {
  std::int64_t out = 1;
  Window window;  // along H and W
  std::int64_t groups = 1;
  bool bias = false;
  Initializer initializer = Initializer::KaimingUniform;
};
LayerPtr convolution_2d(const Convolution2dConfig& config);

/// Transposed convolution as PyTorch has it, the adjoint of a convolution with that window in its first
/// input: (N, C, 1, H, W) -> (N, out, 1, (H - 1) stride - 2 pad + dilation (kernel - 1) + 1 + output_pad, W'
/// likewise). Parameters: weight (in, out, kh, kw). Throws InputError unless the window leaves no gaps and
/// output_pad is at most pad: every output then reads some input, but for some at the ends where taps are
/// apart.
struct TransposedConvolution2dConfig {
  std::int64_t out = 1;
  Window window;  // along H and W
  std::int64_t output_pad = 0;
};
LayerPtr transposed_convolution_2d(const TransposedConvolution2dConfig& config);

/// The same as Keras has it, of any number of axes and with a padding of its own at either end: (N, C, D, H,
/// W) -> (N, out, (D - 1) stride - 2 pad - uneven + dilation (kernel - 1) + 1, ...). Parameters: kernel (kd,
/// kh, kw, out, in), of which the last `axes` of the taps' axes, Glorot-uniform; with `bias`, bias (out),
/// zeros. Throws InputError as above, pad + uneven being at least 0.
struct TransposedConvolutionConfig {
  std::int64_t out = 1;
  Windows window;
  bool bias = true;
  std::size_t axes = 3;
};
LayerPtr transposed_convolution(const TransposedConvolutionConfig& config);

enum class ParameterNames : std::uint8_t { PyTorch, Keras };

/// Batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167) as PyTorch has it, then max(., 0) if `relu`.
/// In training each channel is normalised by mean and biased variance over the positions of all samples of
/// the norm group, whatever their boxes; the running statistics move towards mean and unbiased variance by
/// `momentum`. In evaluation the running statistics normalise.
/// Parameters: weight (C), ones; bias (C), zeros; not trained: running_mean (C), zeros; running_var (C),
/// ones. In Keras' words they are gamma, beta, moving_mean and moving_variance.
struct BatchNormConfig {
  bool relu = false;
  double epsilon = 1e-5, momentum = 0.1;
  ParameterNames names = ParameterNames::PyTorch;
};
LayerPtr batch_norm(const BatchNormConfig& config);

/// The mean over all positions: (N, C, D, H, W) -> (N, C, 1, 1, 1) in the wide type, the same on all
/// processes that share the sample.
LayerPtr global_average_pool();

/// The largest of all positions, in the same way. Each process that shares the sample reads all of it, and
/// takes the first of equals.
LayerPtr global_max_pool();

/// The same value at all positions: (N, C, 1, 1, 1) in the wide type -> (N, C, space).
LayerPtr tile(Extents space);

/// weights * x + bias, a pair of numbers a channel. Parameters: weights (C, 1, 1), ones; bias (C, 1, 1),
/// zeros.
LayerPtr affine();

/// Max-pooling over windows of at most 127 cells, then LeakyReLU with `negative_slope` (1: none). "relu, then
/// pool" is the same function, as the activation is monotone; this order touches fewer elements.
struct MaxPoolConfig {
  Windows window;
  double negative_slope = 1;
};
LayerPtr max_pool(const MaxPoolConfig& config);

/// A convolution, max-pooling and LeakyReLU as above, for the first layer of a network, whose input needs no
/// gradient: the map between them is never in memory as a whole. Convolution without strides, pool without
/// padding. Parameters: those of the convolution.
struct PooledConvolutionConfig {
  ConvolutionConfig convolution;
  MaxPoolConfig pool;
};
LayerPtr pooled_convolution(const PooledConvolutionConfig& config);

/// The mean of a window's cells, those in the padding left out, as Keras has it. Windows must not lie in the
/// padding alone.
LayerPtr average_pool(const Windows& window);

/// x where x > 0, else negative_slope * x (Keras' default slope is 0.3); the derivative at 0 is
/// negative_slope.
LayerPtr leaky_relu(double negative_slope);

/// max(x, 0); the derivative at 0 is 0.
LayerPtr relu();

/// 1 / (1 + exp(-x)).
LayerPtr sigmoid();

/// scale * tanh(x).
LayerPtr scaled_tanh(double scale);

/// The sum of tensors of one shape, a skip past the layers between; then max(., 0) if `relu`.
struct AddConfig {
  bool relu = false;
};
LayerPtr add(const AddConfig& config = {});

/// The channels of all inputs, in order: (N, C1, D, H, W), (N, C2, D, H, W), ... -> (N, C1 + C2 + ..., D, H,
/// W).
LayerPtr concat();

/// In training sets each element to zero with probability `rate` and scales the others by 1/(1 - rate);
/// identity in evaluation. The mask is a function of (seed, layer, step, sample, global index) alone.
LayerPtr dropout(double rate);

/// (N, C, D, H, W) -> (N, D*H*W*C, 1, 1, 1), features in D H W C order as Keras flattens channels-last. Every
/// process that shares a sample gets all of it, in the wide type.
LayerPtr flatten();

/// The same numbers in the wide type: what losses and metrics are computed from.
LayerPtr widen();

/// Fully connected: (N, in, 1, 1, 1) -> (N, out, 1, 1, 1), both in the wide type. Parameters: kernel (in,
/// out), Glorot-uniform, subject to L2 decay if `decayed`; with `bias`, bias (out), zeros. As PyTorch has it:
/// weight (out, in) and bias (out), Kaiming-uniform.
struct DenseConfig {
  std::int64_t out = 1;
  bool decayed = false;
  bool bias = true;
  ParameterNames names = ParameterNames::Keras;
};
LayerPtr dense(const DenseConfig& config);

}  // namespace tessera
