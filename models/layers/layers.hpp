#pragma once

#include <memory>

#include "models/layer.hpp"
#include "models/window.hpp"

/// The layers that networks are made of. Shapes are N C D H W; memory is channels-last.
namespace tessera {

using LayerPtr = std::unique_ptr<const Layer>;

/// Convolution with bias: (N, C, D, H, W) -> (N, out, D', H', W').
/// Parameters: kernel (kd, kh, kw, in, out), Glorot-uniform; bias (out), zeros.
struct ConvolutionConfig {
  std::int64_t out = 1;
  Windows window;
};
LayerPtr convolution(const ConvolutionConfig& config);

/// Max-pooling, then LeakyReLU with `negative_slope` (1: none). "relu, then pool" is the same function, as
/// the activation is monotone; this order touches fewer elements.
struct MaxPoolConfig {
  Windows window;
  double negative_slope = 1;
};
LayerPtr max_pool(const MaxPoolConfig& config);

/// x where x > 0, else negative_slope * x (Keras' default slope is 0.3); the derivative at 0 is
/// negative_slope.
LayerPtr leaky_relu(double negative_slope);

/// scale * tanh(x).
LayerPtr scaled_tanh(double scale);

/// The sum of tensors of one shape: a skip past the layers between.
LayerPtr add();

/// The channels of all inputs, in order: (N, C1, D, H, W), (N, C2, D, H, W), ... -> (N, C1 + C2 + ..., D, H,
/// W).
LayerPtr concat();

/// In training sets each element to zero with probability `rate` and scales the others by 1/(1 - rate);
/// identity in evaluation. The mask is a function of (seed, layer, step, sample, global index) alone.
LayerPtr dropout(double rate);

/// (N, C, D, H, W) -> (N, D*H*W*C, 1, 1, 1), features in D H W C order as Keras flattens channels-last. Every
/// process that shares a sample gets all of it.
LayerPtr flatten();

/// Fully connected, with bias: (N, in, 1, 1, 1) -> (N, out, 1, 1, 1).
/// Parameters: kernel (in, out), Glorot-uniform, subject to L2 decay if `decayed`; bias (out), zeros.
struct DenseConfig {
  std::int64_t out = 1;
  bool decayed = false;
};
LayerPtr dense(const DenseConfig& config);

}  // namespace tessera
