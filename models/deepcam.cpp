#include "models/deepcam.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"

namespace tessera {
namespace {

constexpr int kOutputStride = 16;

Window same(std::int64_t kernel, std::int64_t dilation = 1, std::int64_t stride = 1) {
  return {.kernel = kernel, .stride = stride, .pad = dilation * (kernel - 1) / 2, .dilation = dilation};
}

/// Adds the pieces of which the network is made; each returns its output.
class DeepCam {
 public:
  explicit DeepCam(const DeepcamArchitecture& config) : config_(config), graph_(".") {}

  Graph build() && {
    const NodeId input =
        graph_.input("climate", {config_.batch, config_.channels, {1, config_.height, config_.width}});
    const auto [features, low_level] = encoder(input);
    const NodeId pooled = pyramid(features);
    const NodeId skip = normalized("bn2", convolved("conv2", low_level, channels(48), 1), true);
    upsample(pooled, skip);
    return std::move(graph_);
  }

 private:
  struct Encoded {
    NodeId features, low_level;
  };
  struct BlockShape {
    std::int64_t out;
    int repetitions;
    std::int64_t stride = 1;
    bool relu = true;        // at its end
    bool grow_first = true;  // the first separable convolution changes the channels, or the last
    bool is_last = false;    // one more separable convolution at the end
  };

  std::int64_t channels(std::int64_t standard) const {
    const auto eighths = std::llround(static_cast<double>(standard) * config_.width_factor / 8);
    return 8 * std::max<std::int64_t>(1, eighths);
  }

  NodeId convolved(const std::string& name, NodeId x, std::int64_t out, std::int64_t kernel,
                   std::int64_t dilation = 1, std::int64_t stride = 1,
                   Initializer initializer = Initializer::KaimingUniform) {
    return graph_.add(
        name,
        convolution_2d({.out = out, .window = same(kernel, dilation, stride), .initializer = initializer}),
        {x});
  }
  NodeId encoded(const std::string& name, NodeId x, std::int64_t out, std::int64_t kernel,
                 std::int64_t dilation = 1, std::int64_t stride = 1) {
    return convolved(name, x, out, kernel, dilation, stride, Initializer::KaimingNormal);
  }
  NodeId normalized(const std::string& name, NodeId x, bool relu) {
    return graph_.add(name + ".bn", batch_norm({.relu = relu}), {x});
  }
  NodeId deconvolved(const std::string& name, NodeId x, std::int64_t out) {
    return graph_.add(name,
                      transposed_convolution_2d(
                          {.out = out, .window = {.kernel = 3, .stride = 2, .pad = 1}, .output_pad = 1}),
                      {x});
  }

  // A depthwise convolution and a pointwise one.
  NodeId separable(const std::string& name, NodeId x, std::int64_t out, std::int64_t dilation = 1,
                   std::int64_t stride = 1) {
    const std::int64_t in = graph_.shape(x).c;
    x = graph_.add(name + ".conv1",
                   convolution_2d({.out = in,
                                   .window = same(3, dilation, stride),
                                   .groups = in,
                                   .initializer = Initializer::KaimingNormal}),
                   {x});
    return encoded(name + ".pointwise", x, out, 1);
  }

  // Separable convolutions with a skip past them. Their numbers are places in PyTorch's sequence, where
  // rectifiers have a number too.
  NodeId block(const std::string& name, NodeId input, const BlockShape& shape) {
    const std::int64_t in = graph_.shape(input).c;
    const int normed = shape.repetitions;
    NodeId x = input;
    const auto place = [&name](int number) { return fmt::format("{}.rep.{}", name, number); };
    for (int i = 0; i < normed; ++i) {
      const bool grown = shape.grow_first || i + 1 == normed;
      x = separable(place(3 * i), x, grown ? shape.out : in);
      x = normalized(place(3 * i + 1), x, i + 1 < normed);
    }
    if (shape.stride != 1 || shape.is_last)
      x = separable(place(3 * normed - 1), x, shape.out, 1, shape.stride);
    NodeId skip = input;
    if (shape.out != in || shape.stride != 1)
      skip =
          normalized(name + ".skipbn", encoded(name + ".skip", input, shape.out, 1, 1, shape.stride), false);
    return graph_.add(name + ".sum", add({.relu = shape.relu}), {x, skip});
  }

  Encoded encoder(NodeId x) {
    const std::string in = "xception_features.";
    const auto named = [&in](int number) { return fmt::format("{}block{}", in, number); };
    x = normalized(in + "bn1", encoded(in + "conv1", x, channels(32), 3, 1, 2), true);
    x = normalized(in + "bn2", encoded(in + "conv2", x, channels(64), 3), true);
    // The reference rectifies the first block's output in place, so that the skip to the decoder is rectified
    // too.
    const NodeId low_level = x = block(named(1), x, {.out = channels(128), .repetitions = 2, .stride = 2});
    x = block(named(2), x, {.out = channels(256), .repetitions = 2, .stride = 2});
    x = block(named(3), x, {.out = channels(728), .repetitions = 2, .stride = 2});
    for (int i = 0; i < config_.middle_blocks; ++i)
      x = block(named(4 + i), x, {.out = channels(728), .repetitions = 3});
    x = block(named(20), x,
              {.out = channels(1024), .repetitions = 2, .relu = false, .grow_first = false, .is_last = true});
    for (int i = 3; const std::int64_t out : {1536, 1536, 2048}) {
      x = normalized(fmt::format("{}bn{}", in, i),
                     separable(fmt::format("{}conv{}", in, i), x, channels(out), 2), true);
      ++i;
    }
    return {x, low_level};
  }

  NodeId pyramid(NodeId x) {
    const std::string in = "bottleneck.";
    const std::int64_t out = channels(256);
    std::vector<NodeId> branches;
    for (int i = 1; const std::int64_t rate : {1, 6, 12, 18}) {
      const std::string name = fmt::format("{}aspp{}.", in, i++);
      const NodeId branch = encoded(name + "atrous_convolution", x, out, rate == 1 ? 1 : 3, rate);
      branches.push_back(normalized(name + "bn", branch, true));
    }
    const std::string pool = in + "global_avg_pool.global_average_pool";
    NodeId mean = graph_.add(pool + ".0", global_average_pool(), {x});
    mean = convolved(pool + ".1", mean, out, 1);
    mean = graph_.add(pool + ".3", relu(), {graph_.add(pool + ".2", affine(), {mean})});
    branches.push_back(graph_.add(in + "tile", tile(graph_.shape(x).space), {mean}));
    x = graph_.add(in + "concat", concat(), branches);
    return normalized(in + "bn", convolved(in + "conv", x, out, 1), true);
  }

  void upsample(NodeId x, NodeId skip) {
    const std::string in = "upsample.";
    const std::int64_t out = channels(256);
    for (const int i : {0, 3})
      x = normalized(fmt::format("{}deconv1.{}", in, i + 1),
                     deconvolved(fmt::format("{}deconv1.{}", in, i), x, out), true);
    x = graph_.add(in + "concat", concat(), {x, skip});
    for (const int i : {0, 3})
      x = normalized(fmt::format("{}conv1.{}", in, i + 1),
                     convolved(fmt::format("{}conv1.{}", in, i), x, out, 3), true);
    x = graph_.add(in + "conv1.6", convolution_2d({.out = out, .window = {}, .bias = true}), {x});
    x = normalized(in + "deconv2.1", deconvolved(in + "deconv2.0", x, out), true);
    x = deconvolved(in + "last_deconv.0", x, config_.classes);
    graph_.add("logits", widen(), {x});
  }

  const DeepcamArchitecture& config_;
  Graph graph_;
};

}  // namespace

Graph deepcam(const DeepcamArchitecture& config) {
  if (config.height % kOutputStride != 0 || config.width % kOutputStride != 0)
    throw InputError(fmt::format("an image of {}x{} can't be halved four times", config.height, config.width),
                     "deepcam", "give a height and width that are multiples of 16");
  if (config.middle_blocks < 0 || config.middle_blocks > 16)
    throw InputError(fmt::format("{} middle blocks", config.middle_blocks), "deepcam", "give 0 to 16");
  return DeepCam(config).build();
}

}  // namespace tessera
