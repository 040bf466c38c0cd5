#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "models/layers/layers.hpp"
#include "support/layer_harness.hpp"

namespace tessera {
namespace {

using test::LayerHarness;

TEST(MaxPool, WithSlopeIsLeakyReluFollowedByMaxPooling) {
  const auto kernels = make_reference_kernels(Element::F64);
  const Shape shape{2, 5, {4, 6, 4}};
  const Windows halves = cube({.kernel = 2, .stride = 2});
  LayerHarness<double> fused(*max_pool({.window = halves, .negative_slope = 0.3}), shape, *kernels);
  LayerHarness<double> relu(*leaky_relu(0.3), shape, *kernels);
  LayerHarness<double> pool(*max_pool({.window = halves}), shape, *kernels);
  // Mostly negative numbers, so that negative maxima occur.
  for (auto* layer : {&fused, &relu})
    for (double& x : layer->x()) x -= 0.7;
  std::ranges::copy(relu.forward(), pool.x().begin());
  EXPECT_THAT(fused.forward(), testing::ElementsAreArray(pool.forward()));
  EXPECT_LT(*std::ranges::min_element(fused.forward()), 0);
}

// As TensorFlow and PyTorch have it; empty regions of a universe give exact zeros.
TEST(LeakyRelu, HasTheSlopeOfItsNegativeSideAtZeroAloneAndInMaxPooling) {
  for (const bool reference : {true, false}) {
    const auto kernels = reference ? make_reference_kernels(Element::F32) : make_onednn_kernels();
    LayerHarness<float> relu(*leaky_relu(0.3), {1, 16, {2, 2, 2}}, *kernels);
    LayerHarness<float> pool(*max_pool({.window = cube({.kernel = 2, .stride = 2}), .negative_slope = 0.3}),
                             {1, 16, {2, 2, 2}}, *kernels);
    for (auto* layer : {&relu, &pool}) {
      std::ranges::fill(layer->x(), 0.0F);
      std::ranges::fill(layer->dy(), 1.0F);
      layer->forward();
      layer->backward();
      EXPECT_FLOAT_EQ(layer->dx()[5], 0.3F);
    }
  }
}

TEST(MaxPool, PassesNotANumberOn) {
  for (const bool reference : {true, false}) {
    const auto kernels = reference ? make_reference_kernels(Element::F32) : make_onednn_kernels();
    LayerHarness<float> pool(*max_pool({.window = cube({.kernel = 2, .stride = 2})}), {1, 16, {2, 2, 2}},
                             *kernels);
    pool.x()[3 * 16 + 5] = std::nanf("");
    const auto y = pool.forward();
    EXPECT_TRUE(std::isnan(y[5]));
    EXPECT_EQ(std::ranges::count_if(y, [](float v) { return std::isnan(v); }), 1);
  }
}

TEST(Dropout, IsTheIdentityInEvaluation) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> layer(*dropout(0.5), {4, 64, {}}, *kernels);
  EXPECT_THAT(layer.forward(false), testing::ElementsAreArray(layer.x()));
}

TEST(Dropout, DropsTheStatedShareAndScalesTheRest) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> layer(*dropout(0.25), {8, 4096, {}}, *kernels);
  const auto y = layer.forward();
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == 0) {
      ++dropped;
    } else {
      EXPECT_DOUBLE_EQ(y[i], layer.x()[i] / 0.75);
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(y.size()), 0.25, 0.01);
}

TEST(Dropout, DrawsTheSameMaskForASampleWhateverItsPlaceInTheBatch) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> two(*dropout(0.5), {2, 64, {}}, *kernels);  // samples 40, 41
  LayerHarness<double> one(*dropout(0.5), {1, 64, {}}, *kernels);  // sample 40
  std::ranges::fill(two.x(), 1.0);
  std::ranges::fill(one.x(), 1.0);
  const auto both = two.forward();
  EXPECT_THAT(one.forward(), testing::ElementsAreArray(both.first(64)));
  EXPECT_FALSE(std::ranges::equal(both.first(64), both.last(64)));
}

TEST(Flatten, KeepsTheOrderDepthHeightWidthChannel) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> layer(*flatten(), {2, 3, {2, 2, 2}}, *kernels);
  EXPECT_EQ(layer.output(), (Shape{2, 24, {}}));
  EXPECT_THAT(layer.forward(), testing::ElementsAreArray(layer.x()));
}

TEST(Concat, PutsTheChannelsOfAPositionSideBySide) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> layer(*concat(), {{1, 2, {1, 2, 1}}, {1, 1, {1, 2, 1}}}, *kernels);
  std::ranges::copy(std::array{1.0, 2.0, 3.0, 4.0}, layer.x(0).begin());
  std::ranges::copy(std::array{5.0, 6.0}, layer.x(1).begin());
  EXPECT_EQ(layer.output(), (Shape{1, 3, {1, 2, 1}}));
  EXPECT_THAT(layer.forward(), testing::ElementsAre(1, 2, 5, 3, 4, 6));
}

TEST(Layers, RefuseInputsThatDoNotFit) {
  EXPECT_THROW(add()->output(std::vector{Shape{1, 3, {2, 2, 2}}, Shape{1, 4, {2, 2, 2}}}), InputError);
  EXPECT_THROW(concat()->output(std::vector{Shape{1, 3, {2, 2, 2}}, Shape{1, 3, {2, 1, 2}}}), InputError);
  EXPECT_THROW(global_average_pool()->spread(std::vector{Spread::Replicated}), InputError);
  EXPECT_THROW(dense({.out = 4})->output(std::vector{Shape{1, 3, {2, 2, 2}}}), InputError);
  EXPECT_THROW(
      max_pool({.window = cube({.kernel = 2, .stride = 2})})->output(std::vector{Shape{1, 3, {1, 1, 1}}}),
      InputError);
}

}  // namespace
}  // namespace tessera
