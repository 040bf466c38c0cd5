#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/kernels/library.hpp"
#include "models/layers/layers.hpp"
#include "support/layer_harness.hpp"

namespace tessera {
namespace {

using test::LayerHarness;
using test::relative_distance;

constexpr double kTolerance = 1e-5;  // norm-wise, in float32

// Inputs and parameters are the same numbers in float and double, so the double reference is the truth.
// Returns the names of the implementations.
std::vector<std::string> expect_close(const Layer& layer, const std::vector<Shape>& inputs,
                                      const std::string& what) {
  const auto fast = make_onednn_kernels();
  const auto exact = make_reference_kernels(Element::F64);
  LayerHarness<float> ours(layer, inputs, *fast);
  LayerHarness<double> truth(layer, inputs, *exact);
  EXPECT_LT((relative_distance<float, double>(ours.forward(), truth.forward())), kTolerance) << what;
  ours.backward();
  truth.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LT((relative_distance<float, double>(ours.dx(i), truth.dx(i))), kTolerance) << what;
  for (int p = 0; p < ours.parameters().trained(); ++p)
    EXPECT_LT((relative_distance<float, double>(ours.parameters().gradient<float>(p),
                                                truth.parameters().gradient<double>(p))),
              kTolerance)
        << what << ", gradient of " << ours.parameters().spec(p).name;
  return ours.op().implementations();
}

void expect_equal(const Layer& layer, const std::vector<Shape>& inputs, const std::string& what) {
  [[maybe_unused]] const std::vector<std::string> implementations = expect_close(layer, inputs, what);
#ifdef __AVX2__  // elsewhere the library has plain loops for some
  for (const std::string& name : implementations)
    EXPECT_EQ(name.find("ref"), std::string::npos) << what << " runs on " << name;
#endif
}

// In bfloat16, of what is rounded after it was summed in float: a last bit where the sums' own rounding
// tells.
void expect_last_bits(std::span<const float> found, std::span<const float> truth, const std::string& what) {
  ASSERT_EQ(found.size(), truth.size());
  constexpr double kSums = 1e-5;  // of the largest result, from the order of additions
  double largest = 0, worst = 0;
  for (const float value : truth) largest = std::max(largest, std::abs(double{value}));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double last_bit = std::ldexp(std::max(std::abs(found[i]), std::abs(truth[i])), -7);
    worst = std::max(worst, (std::abs(double{found[i]} - truth[i]) - last_bit) / largest);
  }
  EXPECT_LE(worst, kSums) << what;
  EXPECT_LT((relative_distance<const float, const float>(found, truth)), std::ldexp(1.0, -9)) << what;
}

void expect_bfloat16_close(const Layer& layer, const std::vector<Shape>& inputs, const std::string& what) {
  const auto fast = make_onednn_kernels(Element::BF16);
  const auto exact = make_reference_kernels(Element::BF16);
  LayerHarness<float> ours(layer, inputs, *fast), truth(layer, inputs, *exact);
  expect_last_bits(ours.forward(), truth.forward(), what);
  ours.backward();
  truth.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) expect_last_bits(ours.dx(i), truth.dx(i), what);
  // The reference adds a number an output to each weight's gradient, in float.
  const double sums =
      std::ldexp(std::sqrt(static_cast<double>(ours.output().n * ours.output().space.count())), -24);
  for (int p = 0; p < ours.parameters().trained(); ++p)
    EXPECT_LT((relative_distance<float, float>(ours.parameters().gradient<float>(p),
                                               truth.parameters().gradient<float>(p))),
              std::max(kTolerance, sums))
        << what << ", gradient of " << ours.parameters().spec(p).name;
}

// Every layer of a network with its channels, kernels and strides, its spatial extents cut down to `extent`
// at most.
void expect_network_equal(const Graph& graph, std::int64_t extent) {
  for (NodeId id = 0; id < graph.count(); ++id) {
    const Graph::Node& node = graph.node(id);
    if (!node.layer) continue;
    std::vector<Shape> inputs = graph.input_shapes(id);
    const auto cut = [extent](std::int64_t n) { return std::min(n, extent); };
    for (Shape& input : inputs) input.space = {cut(input.space.d), cut(input.space.h), cut(input.space.w)};
    expect_equal(*node.layer, inputs, node.name);
    // Between a pool and its convolution the reference rounds a gradient, and what is pooled: see
    // pooled_convolution_test.cpp.
    if (!node.layer->has_input_gradients()) continue;
    expect_bfloat16_close(*node.layer, inputs, node.name + " in bfloat16");
  }
}

TEST(Onednn, EqualsTheReferenceOnEveryLayerOfTheTinyNetwork) {
  expect_network_equal(cosmoflow({.batch = 8, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16}), 16);
}

TEST(Onednn, EqualsTheReferenceOnEveryLayerOfTheSmallNetwork) {
  expect_network_equal(cosmoflow({.batch = 2, .space = {32, 32, 32}}), 8);
}

TEST(Onednn, EqualsTheReferenceOnEveryLayerOfTheFullNetwork) {
  expect_network_equal(cosmoflow({.batch = 1, .space = {128, 128, 128}}), 10);
}

// Kernels in Keras' order, of which each group has its part, with a bias; depthwise ones and all strides and
// dilations among them.
TEST(Onednn, EqualsTheReferenceOnGroupsInTheOrderOfKeras) {
  for (const std::int64_t groups : {2, 4, 8})
    for (const std::int64_t stride : {1, 2})
      for (const std::int64_t dilation : {1, 2}) {
        const Window window{
            .kernel = 3, .stride = stride, .pad = dilation, .dilation = dilation, .uneven = stride - 1};
        const auto layer =
            convolution({.out = 8, .window = {Window{}, window, window}, .groups = groups, .axes = 2});
        const std::string what = fmt::format("groups {} stride {} dilation {}", groups, stride, dilation);
        expect_close(*layer, {Shape{2, 8, {1, 9, 10}}}, what);
        expect_bfloat16_close(*layer, {Shape{2, 8, {1, 9, 10}}}, what + " in bfloat16");
      }
  expect_close(*convolution({.out = 6, .window = cube({.kernel = 3, .uneven = 1}), .groups = 3}),
               {Shape{2, 3, {5, 6, 7}}}, "3-D groups");
}

TEST(Onednn, EqualsTheReferenceOnTransposedConvolutionsInTheOrderOfKeras) {
  for (const std::int64_t stride : {1, 2, 3})
    for (const std::size_t axes : {1, 2, 3}) {
      Windows windows;
      for (std::size_t axis = 3 - axes; axis < 3; ++axis)
        windows[axis] = {.kernel = 3, .stride = stride, .uneven = (3 - stride) % 2};
      const Shape input{2, 5, {axes > 2 ? 4 : 1, axes > 1 ? 5 : 1, 6}};
      const auto layer = transposed_convolution({.out = 7, .window = windows, .axes = axes});
      const std::string what = fmt::format("stride {} along {} axes", stride, axes);
      expect_close(*layer, {input}, what);
      const auto without_bias =
          transposed_convolution({.out = 7, .window = windows, .bias = false, .axes = axes});
      expect_bfloat16_close(*without_bias, {input}, what + " in bfloat16");
    }
}

TEST(Onednn, EqualsTheReferenceOnUnevenExtentsStridesAndChannels) {
  const std::vector uneven{Shape{2, 5, {7, 9, 6}}};
  expect_equal(*convolution({.out = 7, .window = cube({.kernel = 3, .pad = 1})}), uneven, "conv 3");
  expect_equal(*convolution({.out = 16, .window = cube({.kernel = 5, .stride = 2, .pad = 2})}), uneven,
               "conv 5 s2");
  expect_equal(*max_pool({.window = cube({.kernel = 2, .stride = 2}), .negative_slope = 0.3}), uneven,
               "pool");
  expect_equal(*max_pool({.window = cube({.kernel = 3, .stride = 2, .pad = 1}), .negative_slope = 0.3}),
               {{2, 21, {7, 9, 6}}}, "pool 3 s2");
}

// A small random convolution, biased to what is rare in networks: extents and outputs of one cell, few
// channels, strides that leave input cells unread.
struct RandomConvolution {
  Windows window;
  Shape input;
  std::int64_t out;
};
RandomConvolution random_convolution(std::mt19937& draws, bool flat) {
  const auto up_to = [&](std::int64_t most) {
    return 1 + static_cast<std::int64_t>(draws() % static_cast<unsigned>(most));
  };
  constexpr std::array<std::int64_t, 8> kChannels{1, 2, 3, 4, 8, 16, 17, 32};
  RandomConvolution random{
      .window = {}, .input = {up_to(2), kChannels[draws() % 8], {1, 1, 1}}, .out = kChannels[draws() % 8]};
  std::array<std::int64_t, 3> extents{1, 1, 1};
  for (std::size_t axis = flat ? 1 : 0; axis < 3; ++axis) {
    Window& window = random.window[axis];
    window = {.kernel = up_to(5), .stride = up_to(3), .pad = 0, .dilation = up_to(2)};
    const std::int64_t reach = window.dilation * (window.kernel - 1) + 1;
    window.pad = static_cast<std::int64_t>(draws() % static_cast<unsigned>((reach + 1) / 2));
    const std::int64_t least = std::max<std::int64_t>(1, reach - 2 * window.pad);
    extents[axis] = draws() % 2 == 0
                        ? least + static_cast<std::int64_t>(draws() % static_cast<unsigned>(window.stride))
                        : least + up_to(6);
  }
  random.input.space = {extents[0], extents[1], extents[2]};
  return random;
}

TEST(Onednn, EqualsTheReferenceOnRandomConvolutions) {
  const char* wish = std::getenv("TESSERA_SWEEP");  // thousands, by hand, where the library is a new one
  const int problems = wish == nullptr ? 100 : std::atoi(wish);
  std::mt19937 draws(1);
  for (int i = 0; i < problems; ++i) {
    const bool flat = i % 4 == 0;
    const RandomConvolution random = random_convolution(draws, flat);
    std::string what =
        fmt::format("{} -> {} channels of {} samples,", random.input.c, random.out, random.input.n);
    const std::array<std::int64_t, 3> extents{random.input.space.d, random.input.space.h,
                                              random.input.space.w};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const Window& w = random.window[axis];
      what += fmt::format(" [extent {} kernel {} stride {} dilation {} pad {}]", extents[axis], w.kernel,
                          w.stride, w.dilation, w.pad);
    }
    const LayerPtr layer = convolution({.out = random.out, .window = random.window});
    expect_close(*layer, {random.input}, what);
    expect_bfloat16_close(*layer, {random.input}, what + " in bfloat16");
  }
}

// Two samples, large enough for oneDNN 2.6 to ask for as much memory as they have, so that gradients are
// summed over slabs. 3.7 asks for little by itself.
TEST(Onednn, SumsGradientsOfWeightsInBfloat16OfLargeSamplesInLittleMemory) {
  expect_bfloat16_close(
      *convolution({.out = 32, .window = {Window{}, Window{}, Window{.kernel = 3, .pad = 1}}}),
      {{2, 16, {1, 480, 640}}}, "slabs");
  if (emulates_bfloat16()) return;
  ConvolutionProblem problem;
  problem.x = {2, 16, Box::whole({1, 480, 640}), Element::BF16};
  problem.y = {2, 32, problem.x.box, Element::BF16};
  problem.window[2] = {.kernel = 3, .pad_lo = 1, .pad_hi = 1};
  problem.input_gradients = false;
  const std::size_t samples = problem.x.bytes() + problem.y.bytes();
  EXPECT_LE(make_onednn_kernels(Element::BF16)->convolution(problem)->scratch_bytes(), samples / 3);
}

TEST(Onednn, EqualsTheReferenceOnLongRows) {
  for (const std::int64_t width : {224, 240, 384, 736, 800})
    for (const std::int64_t groups : {1, 2}) {
      const LayerPtr layer = convolution_2d({.out = 16, .window = {.kernel = 3, .pad = 1}, .groups = groups});
      const std::string what = fmt::format("rows of {} cells, {} groups", width, groups);
      expect_close(*layer, {{2, 16, {1, 12, width}}}, what);
      expect_bfloat16_close(*layer, {{2, 16, {1, 12, width}}}, what + " in bfloat16");
    }
}

TEST(Onednn, EqualsTheReferenceOnEveryLayerOfTheTinyDeepCam) {
  expect_network_equal(
      deepcam({.batch = 2, .height = 96, .width = 144, .width_factor = 1.0 / 8, .middle_blocks = 1}), 24);
}

TEST(Onednn, EqualsTheReferenceOnEveryLayerOfTheStandardDeepCam) {
  expect_network_equal(deepcam({.middle_blocks = 1}), 6);
}

// Single elements of a convolution at full extent, each computed alone in double precision.
class PointOracle {
 public:
  PointOracle(LayerHarness<float>& layer, const Shape& input, std::int64_t out)
      : layer_(layer), shape_(input), out_(out) {}

  double output(std::int64_t d, std::int64_t h, std::int64_t w, std::int64_t o) const {
    double sum = layer_.parameters().value<float>(1)[o];
    for_taps(d, h, w, [&](std::int64_t x, std::int64_t tap) {
      for (std::int64_t i = 0; i < shape_.c; ++i) sum += double{layer_.x()[x + i]} * weight(tap, i, o);
    });
    return sum;
  }
  // dx[d,h,w,i] = sum over taps of w[tap,i,:] . dy[position - tap + 1, :]: the taps mirrored.
  double input_gradient(std::int64_t d, std::int64_t h, std::int64_t w, std::int64_t i) const {
    double sum = 0;
    for_taps(d, h, w, [&](std::int64_t x, std::int64_t tap) {
      const std::int64_t y = x / shape_.c * out_;
      for (std::int64_t o = 0; o < out_; ++o) sum += double{layer_.dy()[y + o]} * weight(26 - tap, i, o);
    });
    return sum;
  }
  double weight_gradient(std::int64_t tap, std::int64_t i, std::int64_t o) const {
    double sum = 0;
    const Extents& e = shape_.space;
    for (std::int64_t d = 0; d < e.d; ++d)
      for (std::int64_t h = 0; h < e.h; ++h)
        for (std::int64_t w = 0; w < e.w; ++w) {
          const std::int64_t x = at(d + tap / 9 - 1, h + tap / 3 % 3 - 1, w + tap % 3 - 1);
          if (x >= 0)
            sum += double{layer_.x()[x * shape_.c + i]} * double{layer_.dy()[at(d, h, w) * out_ + o]};
        }
    return sum;
  }

  double bias_gradient(std::int64_t o) const {
    double sum = 0;
    for (std::int64_t y = 0; y < shape_.space.count(); ++y) sum += double{layer_.dy()[y * out_ + o]};
    return sum;
  }

 private:
  std::int64_t at(std::int64_t d, std::int64_t h, std::int64_t w) const {
    const Extents& e = shape_.space;
    const bool inside = d >= 0 && d < e.d && h >= 0 && h < e.h && w >= 0 && w < e.w;
    return inside ? (d * e.h + h) * e.w + w : -1;
  }
  double weight(std::int64_t tap, std::int64_t i, std::int64_t o) const {
    return layer_.parameters().value<float>(0)[(tap * shape_.c + i) * out_ + o];
  }
  template <class Visit>
  void for_taps(std::int64_t d, std::int64_t h, std::int64_t w, Visit&& visit) const {
    for (std::int64_t tap = 0; tap < 27; ++tap) {
      const std::int64_t x = at(d + tap / 9 - 1, h + tap / 3 % 3 - 1, w + tap % 3 - 1);
      if (x >= 0) visit(x * shape_.c, tap);
    }
  }

  LayerHarness<float>& layer_;
  Shape shape_;
  std::int64_t out_;
};

TEST(Onednn, ConvolutionsAtFullExtentAgreeWithSinglePointsOfAnOracle) {
  const Graph graph = cosmoflow({.batch = 1});
  const auto kernels = make_onednn_kernels();
  for (const int block : {0, 1, 2, 3, 4}) {
    const NodeId id = block == 0 ? 1 : 2 * block;
    const Shape input = graph.shape(graph.node(id).inputs[0]);
    const LayerPtr plain = convolution(  // the first is in one layer with its pool
        {.out = graph.shape(id).c, .window = cube({.kernel = 3, .pad = 1})});
    const Shape output = plain->output({{input}});
    LayerHarness<float> layer(*plain, input, *kernels);
    const RandomStream random{11, Purpose::Synthetic, static_cast<std::uint64_t>(block), 0};
    // As max-pooling leaves it: one element in eight. (Sums of two million terms would measure float32's
    // rounding.)
    for (std::size_t g = 0; g < layer.dy().size(); ++g)
      if ((g + g / 8) % 8 != 0) layer.dy()[g] = 0;
    const auto y = layer.forward();
    layer.backward();
    const PointOracle oracle(layer, input, output.c);
    std::vector<double> found[4], truth[4];
    for (std::uint64_t sample = 0; sample < 300; ++sample) {
      const auto words = random.bits(sample);
      const Extents e = input.space;
      // A third of the points on the border, where the padding is.
      const std::int64_t d = sample % 3 == 0 ? (words[0] % 2) * (e.d - 1) : words[0] % e.d;
      const std::int64_t h = words[1] % e.h, w = words[2] % e.w, o = words[3] % output.c,
                         i = words[3] % input.c;
      const std::int64_t point = (d * e.h + h) * e.w + w;
      found[0].push_back(y[point * output.c + o]);
      truth[0].push_back(oracle.output(d, h, w, o));
      found[1].push_back(layer.dx()[point * input.c + i]);
      truth[1].push_back(oracle.input_gradient(d, h, w, i));
      if (sample % 30 != 0) continue;  // each of these takes a pass over the whole tensor
      const std::int64_t tap = words[1] % 27;
      found[2].push_back(layer.parameters().gradient<float>(0)[(tap * input.c + i) * output.c + o]);
      truth[2].push_back(oracle.weight_gradient(tap, i, o));
      found[3].push_back(layer.parameters().gradient<float>(1)[o]);
      truth[3].push_back(oracle.bias_gradient(o));
    }
    for (int k = 0; k < 4; ++k)
      EXPECT_LT((relative_distance<double, double>(found[k], truth[k])), kTolerance)
          << graph.node(id).name << ", "
          << std::array{"output", "input gradient", "weight gradient", "bias gradient"}[k];
  }
}

}  // namespace
}  // namespace tessera
