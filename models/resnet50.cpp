#include "models/resnet50.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "models/layers/layers.hpp"

namespace tessera {
namespace {

constexpr std::array<int, 4> kBlocks{3, 4, 6, 3};  // of each stage
constexpr std::int64_t kExpansion = 4;             // of a block's output over its bottleneck

/// Adds the pieces of which the network is made; each returns its output.
class Resnet50 {
 public:
  explicit Resnet50(const Resnet50Architecture& config) : config_(config), graph_(".") {}

  Graph build() && {
    NodeId x = graph_.input("x", {config_.batch, config_.channels, {1, config_.height, config_.width}});
    x = normalized("bn1", convolved("conv1", x, config_.filters, 7, 2), true);
    const Window pool = window(3, 2);
    x = graph_.add("maxpool", max_pool({.window = {Window{}, pool, pool}}), {x});
    std::int64_t filters = config_.filters;
    for (std::size_t stage = 0; stage < kBlocks.size(); ++stage, filters *= 2)
      for (int block = 0; block < kBlocks[stage]; ++block)
        x = bottleneck(fmt::format("layer{}.{}", stage + 1, block), x, filters,
                       {.first = block == 0, .stride = stage > 0 && block == 0 ? 2 : 1});
    x = graph_.add("avgpool", global_average_pool(), {x});
    graph_.add("fc", dense({.out = config_.classes, .names = ParameterNames::PyTorch}), {x});
    return std::move(graph_);
  }

 private:
  struct Place {
    bool first;  // of its stage
    std::int64_t stride;
  };

  static Window window(std::int64_t kernel, std::int64_t stride) {
    return {.kernel = kernel, .stride = stride, .pad = kernel / 2};
  }

  NodeId convolved(const std::string& name, NodeId x, std::int64_t out, std::int64_t kernel,
                   std::int64_t stride = 1) {
    return graph_.add(
        name,
        convolution_2d(
            {.out = out, .window = window(kernel, stride), .initializer = Initializer::KaimingNormalFanOut}),
        {x});
  }
  NodeId normalized(const std::string& name, NodeId x, bool relu) {
    return graph_.add(name, batch_norm({.relu = relu}), {x});
  }

  NodeId bottleneck(const std::string& name, NodeId input, std::int64_t filters, Place place) {
    const std::int64_t out = kExpansion * filters;
    NodeId x = normalized(name + ".bn1", convolved(name + ".conv1", input, filters, 1), true);
    x = normalized(name + ".bn2", convolved(name + ".conv2", x, filters, 3, place.stride), true);
    x = normalized(name + ".bn3", convolved(name + ".conv3", x, out, 1), false);
    NodeId shortcut = input;
    if (place.first)
      shortcut = normalized(name + ".downsample.1",
                            convolved(name + ".downsample.0", input, out, 1, place.stride), false);
    return graph_.add(name + ".add", add({.relu = true}), {x, shortcut});
  }

  const Resnet50Architecture& config_;
  Graph graph_;
};

}  // namespace

Graph resnet50(const Resnet50Architecture& config) {
  return Resnet50(config).build();
}

}  // namespace tessera
