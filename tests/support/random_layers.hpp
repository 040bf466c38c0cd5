#pragma once

#include <random>
#include <vector>

#include "models/base/error.hpp"
#include "models/sequential.hpp"

namespace tessera::test {

/// Small networks drawn from a seed as users describe them: layers of all kinds, of which each fits what
/// comes before it, on samples of one to three axes.
class RandomLayers {
 public:
  explicit RandomLayers(unsigned seed) : random_(seed) {}

  SequentialArchitecture draw() {
    config_.axes = static_cast<std::size_t>(between(1, 3));
    config_.batch = between(1, 3);
    config_.channels = between(1, 4);
    config_.space = {config_.axes > 2 ? between(2, 7) : 1, config_.axes > 1 ? between(2, 9) : 1,
                     between(2, 9)};
    const auto layers = static_cast<std::size_t>(between(2, 7));
    while (config_.layers.size() < layers) append(any_layer(2));
    if (sequential_network(config_).parameters().empty()) {
      append(sequential::Flatten{});
      append(sequential::Dense{.units = between(1, 5)});
    }
    return std::move(config_);
  }

 private:
  using What = decltype(sequential::Layer::what);
  using Activation = sequential::Activation;
  static constexpr std::int64_t kLargest = 4000;  // elements of any tensor

  std::int64_t between(std::int64_t lo, std::int64_t hi) {
    return std::uniform_int_distribution<std::int64_t>(lo, hi)(random_);
  }
  bool chance(std::int64_t in) { return between(1, in) == 1; }

  // Unless it doesn't fit.
  void append(What layer) {
    config_.layers.push_back({"", std::move(layer)});
    try {
      const Graph graph = sequential_network(config_);
      for (NodeId node = 0; node < graph.count(); ++node)
        if (graph.shape(node).count() > kLargest) throw InputError("too large", "", "");
    } catch (const InputError&) {
      config_.layers.pop_back();
    }
  }

  sequential::PerAxis numbers(std::int64_t lo, std::int64_t hi) {
    sequential::PerAxis all{between(lo, hi)};
    if (chance(2))
      while (all.size() < config_.axes) all.push_back(between(lo, hi));
    return all;
  }
  sequential::Padding padding() {
    using Kind = sequential::Padding::Kind;
    const std::int64_t kind = between(0, 2);
    if (kind == 2) return {Kind::Cells, numbers(0, 2)};
    return {kind == 0 ? Kind::Valid : Kind::Same};
  }
  Activation activation() { return static_cast<Activation>(between(0, 4)); }
  sequential::Pooling::Kind pooling_kind() { return static_cast<sequential::Pooling::Kind>(between(0, 1)); }

  What any_layer(int depth) {
    switch (between(0, depth > 0 ? 11 : 9)) {
      case 0:
      case 1:
        return sequential::Convolution{.filters = between(1, 6),
                                       .kernel = numbers(1, 4),
                                       .stride = numbers(1, 3),
                                       .padding = padding(),
                                       .dilation = numbers(1, 2),
                                       .groups = between(1, 2),
                                       .use_bias = chance(2),
                                       .activation = activation()};
      case 2:
        return sequential::TransposedConvolution{.filters = between(1, 5),
                                                 .kernel = numbers(1, 4),
                                                 .stride = numbers(1, 2),
                                                 .padding = padding(),
                                                 .dilation = numbers(1, 2),
                                                 .use_bias = chance(2),
                                                 .activation = activation()};
      case 3: {
        sequential::Pooling pooling{.kind = pooling_kind(), .size = numbers(1, 3), .padding = padding()};
        if (chance(2)) pooling.stride = numbers(1, 3);
        return pooling;
      }
      case 4:
        return sequential::BatchNorm{};
      case 5:
        return sequential::Activate{activation()};
      case 6:
        return sequential::Dropout{.rate = 0.25};
      case 7:
        return chance(2) ? What(sequential::Flatten{}) : What(sequential::GlobalPooling{pooling_kind()});
      case 8:
      case 9:
        return sequential::Dense{.units = between(1, 6), .activation = activation()};
      default:
        return residual(depth - 1);
    }
  }

  // Most are refused as their branches make different shapes, unless the path keeps that of its input.
  sequential::Residual residual(int depth) {
    const std::int64_t filters = between(1, 4);
    const auto keeping = [&](std::int64_t channels) {
      return sequential::Convolution{.filters = channels,
                                     .kernel = numbers(1, 3),
                                     .stride = {1},
                                     .padding = {sequential::Padding::Kind::Same},
                                     .activation = activation()};
    };
    sequential::Residual block{.activation = activation()};
    block.layers.push_back({"", keeping(filters)});
    if (chance(2)) block.layers.push_back({"", any_layer(depth)});
    if (chance(2)) block.layers.push_back({"", sequential::BatchNorm{}});
    if (chance(2)) block.projection.push_back({"", keeping(filters)});
    return block;
  }

  std::mt19937 random_;
  SequentialArchitecture config_;
};

}  // namespace tessera::test
