#include "models/cosmoflow.hpp"

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

constexpr double kSlope = 0.3;  // Keras' default

std::string numbered(const char* name, int index) {
  return index == 0 ? name : fmt::format("{}_{}", name, index);
}

}  // namespace

Graph cosmoflow(const CosmoflowArchitecture& config) {
  if (config.kernel % 2 == 0)
    throw InputError(fmt::format("an even convolution kernel ({}) has no centre", config.kernel),
                     "model.kernel_size", "use an odd number");
  Graph graph;
  NodeId x = graph.input("universe", {config.batch, config.channels, config.space});
  std::int64_t filters = config.conv_size;
  for (int i = 0; i < config.conv_layers; ++i, filters *= 2) {
    const Window same{.kernel = config.kernel, .pad = config.kernel / 2};
    const ConvolutionConfig convolved{.out = filters, .window = cube(same)};
    const MaxPoolConfig pooled{.window = cube({.kernel = 2, .stride = 2}), .negative_slope = kSlope};
    if (i == 0) {
      x = graph.add("conv3d", pooled_convolution({convolved, pooled}), {x});
      continue;
    }
    x = graph.add(numbered("conv3d", i), convolution(convolved), {x});
    x = graph.add(numbered("pool", i), max_pool(pooled), {x});
  }
  x = graph.add("flatten", flatten(), {x});
  for (int i = 0; const std::int64_t size : {config.fc1, config.fc2}) {
    x = graph.add(numbered("dense", i), dense({.out = size, .decayed = true}), {x});
    x = graph.add(numbered("leaky_relu", i), leaky_relu(kSlope), {x});
    if (config.dropout > 0) x = graph.add(numbered("dropout", i), dropout(config.dropout), {x});
    ++i;
  }
  x = graph.add("dense_2", dense({.out = config.targets}), {x});
  graph.add("prediction", scaled_tanh(1.2), {x});
  return graph;
}

}  // namespace tessera
