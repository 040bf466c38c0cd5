#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "models/base/random.hpp"
#include "models/deepcam.hpp"
#include "support/layer_harness.hpp"

// The convolutions of the standard DeepCAM at full extent: sampled elements of outputs and gradients against
// sums in double precision.
namespace tessera {
namespace {

using test::LayerHarness;
using test::relative_distance;

constexpr double kTolerance = 1e-5;

/// A square window between a coarse map and a fine one: coarse position c meets fine c * stride - pad + tap *
/// dilation. A convolution goes from fine to coarse, a transposed one from coarse to fine; the weights of
/// both are (coarse channel, fine channel of the group, kh, kw).
struct Geometry {
  bool transposed = false;
  std::int64_t stride = 1, pad = 0, dilation = 1, kernel = 1, in_group = 1, groups = 1;
  Shape coarse, fine;

  Geometry(const Layer& layer, const Shape& input, const Shape& output) {
    const Footprint reads = layer.reads(0, input)[1];
    const std::vector<std::int64_t> dims = layer.parameters(std::array{input}).at(0).dims;
    transposed = reads.den > 1;
    coarse = transposed ? input : output;
    fine = transposed ? output : input;
    kernel = dims[3];
    in_group = dims[1];
    groups = fine.c / in_group;
    stride = transposed ? reads.den : reads.num;
    pad = transposed ? reads.hi : -reads.lo;
    const std::int64_t reach = transposed ? reads.hi - reads.lo + stride - 1 : reads.hi - reads.lo;
    dilation = kernel > 1 ? reach / (kernel - 1) : 1;
  }
  // The first fine channel that a coarse channel meets.
  std::int64_t first_fine(std::int64_t coarse_channel) const {
    return coarse_channel / (coarse.c / groups) * in_group;
  }
  static std::int64_t at(const Shape& map, std::int64_t h, std::int64_t w, std::int64_t c) {
    return (h * map.space.w + w) * map.c + c;
  }
  static bool inside(const Shape& map, std::int64_t h, std::int64_t w) {
    return h >= 0 && h < map.space.h && w >= 0 && w < map.space.w;
  }
};

class PointOracle {
 public:
  PointOracle(const Geometry& geometry, std::span<const float> weights) : g_(geometry), weights_(weights) {}

  // What a convolution of `fine` has at a position of the coarse map.
  double coarse(std::span<const float> fine, std::int64_t h, std::int64_t w, std::int64_t o) const {
    double sum = 0;
    for_taps([&](std::int64_t kh, std::int64_t kw) {
      const std::int64_t fh = fine_of(h, kh), fw = fine_of(w, kw);
      if (!Geometry::inside(g_.fine, fh, fw)) return;
      for (std::int64_t i = 0; i < g_.in_group; ++i)
        sum += double{fine[Geometry::at(g_.fine, fh, fw, g_.first_fine(o) + i)]} * weight(o, i, kh, kw);
    });
    return sum;
  }
  // What its adjoint has of `coarse` at a position of the fine map.
  double fine(std::span<const float> coarse, std::int64_t h, std::int64_t w, std::int64_t i) const {
    double sum = 0;
    const std::int64_t outs = g_.coarse.c / g_.groups, group = i / g_.in_group;
    for_taps([&](std::int64_t kh, std::int64_t kw) {
      const std::int64_t ch = h + g_.pad - kh * g_.dilation, cw = w + g_.pad - kw * g_.dilation;
      if (ch % g_.stride != 0 || cw % g_.stride != 0 ||
          !Geometry::inside(g_.coarse, ch / g_.stride, cw / g_.stride))
        return;
      for (std::int64_t o = group * outs; o < (group + 1) * outs; ++o)
        sum += double{coarse[Geometry::at(g_.coarse, ch / g_.stride, cw / g_.stride, o)]} *
               weight(o, i % g_.in_group, kh, kw);
    });
    return sum;
  }
  double weight_gradient(std::span<const float> coarse, std::span<const float> fine, std::int64_t o,
                         std::int64_t i, std::int64_t kh, std::int64_t kw) const {
    double sum = 0;
    for (std::int64_t h = 0; h < g_.coarse.space.h; ++h)
      for (std::int64_t w = 0; w < g_.coarse.space.w; ++w)
        if (Geometry::inside(g_.fine, fine_of(h, kh), fine_of(w, kw)))
          sum += double{coarse[Geometry::at(g_.coarse, h, w, o)]} *
                 double{fine[Geometry::at(g_.fine, fine_of(h, kh), fine_of(w, kw), g_.first_fine(o) + i)]};
    return sum;
  }
  std::size_t weight_at(std::int64_t o, std::int64_t i, std::int64_t kh, std::int64_t kw) const {
    return static_cast<std::size_t>(((o * g_.in_group + i) * g_.kernel + kh) * g_.kernel + kw);
  }

 private:
  std::int64_t fine_of(std::int64_t coarse, std::int64_t tap) const {
    return coarse * g_.stride - g_.pad + tap * g_.dilation;
  }
  double weight(std::int64_t o, std::int64_t i, std::int64_t kh, std::int64_t kw) const {
    return weights_[weight_at(o, i, kh, kw)];
  }
  template <class Visit>
  void for_taps(Visit&& visit) const {
    for (std::int64_t kh = 0; kh < g_.kernel; ++kh)
      for (std::int64_t kw = 0; kw < g_.kernel; ++kw) visit(kh, kw);
  }

  const Geometry& g_;
  std::span<const float> weights_;
};

struct Sampled {
  std::vector<double> found, truth;
  void add(double ours, double exact) {
    found.push_back(ours);
    truth.push_back(exact);
  }
};

// A position of a map and a channel; a third of the rows at the border, where the padding is.
std::array<std::int64_t, 3> sample(const RandomStream& random, std::uint64_t number, const Shape& map) {
  const auto words = random.bits(number);
  const std::int64_t h = number % 3 == 0 ? words[0] % 2 * (map.space.h - 1) : words[0] % map.space.h;
  return {h, words[1] % map.space.w, words[2] % map.c};
}

void expect_points(const Layer& layer, const Shape& input, const std::string& name, Kernels& kernels) {
  LayerHarness<float> ours(layer, input, kernels);
  const Geometry g(layer, input, ours.output());
  if (ours.parameters().count() > 1) std::ranges::fill(ours.parameters().value<float>(1), 0.0F);  // the bias
  const auto y = ours.forward();
  ours.backward();
  const PointOracle oracle(g, ours.parameters().value<float>(0));
  const std::span<const float> coarse = g.transposed ? ours.x() : ours.dy();
  const std::span<const float> fine = g.transposed ? ours.dy() : ours.x();
  const std::span<const float> to_coarse = g.transposed ? ours.dx() : y,
                               to_fine = g.transposed ? y : ours.dx();

  Sampled coarse_points, fine_points, weights;
  const RandomStream random{11, Purpose::Synthetic, 0, 0};
  for (std::uint64_t number = 0; number < 90; ++number) {
    const auto [ch, cw, o] = sample(random, number, g.coarse);
    coarse_points.add(to_coarse[Geometry::at(g.coarse, ch, cw, o)], oracle.coarse(fine, ch, cw, o));
    const auto [fh, fw, i] = sample(random, number + 1000, g.fine);
    fine_points.add(to_fine[Geometry::at(g.fine, fh, fw, i)], oracle.fine(coarse, fh, fw, i));
    if (number % 9 != 0) continue;  // each of these takes a pass over the whole tensors
    const auto words = random.bits(number + 2000);
    const std::int64_t kh = words[0] % g.kernel, kw = words[1] % g.kernel, of_group = words[2] % g.in_group;
    weights.add(ours.parameters().gradient<float>(0)[oracle.weight_at(o, of_group, kh, kw)],
                oracle.weight_gradient(coarse, fine, o, of_group, kh, kw));
  }
  for (const auto& [points, what] : {std::pair{&coarse_points, "coarse map"},
                                     {&fine_points, "fine map"},
                                     {&weights, "gradient of the weights"}})
    EXPECT_LT((relative_distance<double, double>(points->found, points->truth)), kTolerance)
        << name << ", " << what;
}

// Each convolution of the part of the network, once for all nodes alike.
void expect_convolutions(const std::string& part) {
  const Graph graph = deepcam({});
  const auto kernels = make_onednn_kernels();
  std::set<std::vector<std::int64_t>> done;
  for (NodeId id = 1; id < graph.count(); ++id) {
    const Graph::Node& node = graph.node(id);
    const std::vector<Shape> inputs = graph.input_shapes(id);
    if (!node.name.starts_with(part) || node.layer->forward_flop(inputs, node.shape) == 0) continue;
    const Footprint reads = node.layer->reads(0, inputs[0])[1];
    const auto dims = node.layer->parameters(inputs).at(0).dims;
    if (!done.insert({inputs[0].c, inputs[0].space.h, node.shape.c, node.shape.space.h, dims[1], dims[3],
                      reads.hi})
             .second)
      continue;
    expect_points(*node.layer, inputs[0], node.name, *kernels);
  }
  EXPECT_GT(done.size(), 5U) << "the test isn't testing what it claims to test";
}

TEST(OnednnDeepCam, EncodersConvolutionsAtFullExtentAgreeWithSinglePointsOfAnOracle) {
  expect_convolutions("xception_features.");
}
TEST(OnednnDeepCam, PyramidsConvolutionsAtFullExtentAgreeWithSinglePointsOfAnOracle) {
  expect_convolutions("bottleneck.");
}
TEST(OnednnDeepCam, UpsamplersConvolutionsAtFullExtentAgreeWithSinglePointsOfAnOracle) {
  expect_convolutions("upsample.");
}

}  // namespace
}  // namespace tessera
