#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/network/graph.hpp"

namespace tessera {

/// What a user says of the layers of a network of their own. Names and defaults are Keras'. "Axes" are those
/// along which samples extend, outermost first: H, W of images.
namespace sequential {

/// One number for all axes, or one for each.
using PerAxis = std::vector<std::int64_t>;

enum class Activation : std::uint8_t { Linear, Relu, LeakyRelu, Sigmoid, Tanh };
constexpr double kLeakySlope = 0.3;

/// Valid: none. Same: zeros at both ends, at the high one more if their number is odd, so that stride 1 keeps
/// the extent, and a stride s leaves a part of it, rounded up. Cells: so many at either end.
struct Padding {
  enum class Kind : std::uint8_t { Valid, Same, Cells };
  Kind kind = Kind::Valid;
  PerAxis cells = {};
};

struct Convolution {
  std::int64_t filters = 1;
  PerAxis kernel;
  PerAxis stride{1};
  Padding padding = {};
  PerAxis dilation{1};
  std::int64_t groups = 1;
  bool use_bias = true;
  Activation activation = Activation::Linear;
};
/// The adjoint of a convolution with that window: with padding Same, a stride s multiplies the extent by s.
struct TransposedConvolution {
  std::int64_t filters = 1;
  PerAxis kernel;
  PerAxis stride{1};
  Padding padding = {};
  PerAxis dilation{1};
  bool use_bias = true;
  Activation activation = Activation::Linear;
};
/// Averages leave the padding out.
struct Pooling {
  enum class Kind : std::uint8_t { Max, Average };
  Kind kind = Kind::Max;
  PerAxis size{2};
  std::optional<PerAxis> stride = {};  // the size, where it isn't given
  Padding padding = {};
};
struct GlobalPooling {
  Pooling::Kind kind = Pooling::Kind::Average;
};
/// momentum: what is kept of the moving statistics by a step.
struct BatchNorm {
  double momentum = 0.99, epsilon = 1e-3;
};
struct Activate {
  Activation function = Activation::Relu;
  double negative_slope = kLeakySlope;  // of LeakyRelu
};
struct Dropout {
  double rate = 0;
};
struct Flatten {};
struct Dense {
  std::int64_t units = 1;
  bool use_bias = true;
  Activation activation = Activation::Linear;
};
struct Layer;
/// The sum of what the layers make of the input, and of the input itself, or of what the projection makes of
/// it; then the activation.
struct Residual {
  std::vector<Layer> layers = {}, projection = {};
  Activation activation = Activation::Linear;
};

struct Layer {
  std::string where;  // it is described: "digits.yaml, line 12"
  std::variant<Convolution, TransposedConvolution, Pooling, GlobalPooling, BatchNorm, Activate, Dropout,
               Flatten, Dense, Residual>
      what;
};

}  // namespace sequential

struct SequentialArchitecture {
  std::int64_t batch = 1;  // samples a replica
  std::int64_t channels = 1;
  Extents space;
  std::size_t axes = 2;  // of D H W the last so many, along which samples extend
  std::vector<sequential::Layer> layers = {};
};

/// The network of these layers, one after the other. Its input is "x", its output in the wide type. Nodes
/// with parameters have Keras' names, numbered in the order in which they are described: conv2d, conv2d_1,
/// conv2d_transpose, batch_normalization, dense. Throws InputError, naming the layer by its number and where
/// it is described, when one doesn't fit what comes before it.
Graph sequential_network(const SequentialArchitecture& config);

}  // namespace tessera
