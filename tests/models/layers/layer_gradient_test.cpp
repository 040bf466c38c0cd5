#include <gtest/gtest.h>

#include "support/layer_harness.hpp"

namespace tessera {
namespace {

using test::LayerHarness;

// Central differences of <y, dy> with respect to a sample of the given values, against the gradient that
// backward computed. The layers are piecewise smooth: no random value lies within h of a kink.
void expect_gradient(LayerHarness<double>& layer, std::span<double> values,
                     std::span<const double> gradient) {
  const double h = 1e-6;
  const std::size_t stride = std::max<std::size_t>(1, values.size() / 101);
  for (std::size_t i = 0; i < values.size(); i += stride) {
    const double kept = values[i];
    values[i] = kept + h;
    const double above = layer.loss();
    values[i] = kept - h;
    const double below = layer.loss();
    values[i] = kept;
    EXPECT_NEAR((above - below) / (2 * h), gradient[i], 1e-7 * (1 + std::abs(gradient[i])))
        << "element " << i;
  }
}

void expect_gradients(const LayerPtr& layer, const std::vector<Shape>& inputs) {
  const auto kernels = make_reference_kernels(Element::F64);
  LayerHarness<double> harness(*layer, inputs, *kernels);
  harness.loss();
  harness.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<double> dx(harness.dx(i).begin(), harness.dx(i).end());
    expect_gradient(harness, harness.x(i), dx);
  }
  for (int p = 0; p < harness.parameters().trained(); ++p)
    expect_gradient(harness, harness.parameters().value<double>(p), harness.parameters().gradient<double>(p));
}

void expect_gradients(const LayerPtr& layer, const Shape& input) {
  expect_gradients(layer, std::vector{input});
}

TEST(Gradients, OfConvolutionsAgreeWithFiniteDifferences) {
  expect_gradients(convolution({.out = 3, .window = cube({.kernel = 3, .pad = 1})}), {2, 4, {4, 5, 6}});
  expect_gradients(convolution({.out = 5, .window = cube({.kernel = 1})}), {1, 2, {3, 3, 3}});
  expect_gradients(convolution({.out = 2, .window = cube({.kernel = 3, .stride = 2, .pad = 1})}),
                   {1, 3, {5, 4, 7}});
  expect_gradients(convolution({.out = 2, .window = cube({.kernel = 3, .pad = 2, .dilation = 2})}),
                   {1, 2, {5, 5, 5}});
  expect_gradients(
      convolution(
          {.out = 2, .window = {Window{}, Window{.kernel = 3, .pad = 1}, Window{.kernel = 5, .pad = 2}}}),
      {2, 2, {1, 6, 7}});
}

TEST(Gradients, OfConvolutionsWithGroupsAndUnevenPaddingAgreeWithFiniteDifferences) {
  expect_gradients(
      convolution({.out = 6, .window = cube({.kernel = 2, .uneven = 1}), .groups = 3, .bias = false}),
      {2, 3, {3, 4, 5}});
  expect_gradients(convolution({.out = 4,
                                .window = {Window{}, Window{.kernel = 4, .stride = 2, .pad = 1, .uneven = 1},
                                           Window{.kernel = 3, .stride = 3, .uneven = 2}},
                                .groups = 2,
                                .axes = 2}),
                   {2, 4, {1, 6, 7}});
}

TEST(Gradients, OfAverageAndGlobalMaxPoolingAgreeWithFiniteDifferences) {
  expect_gradients(average_pool(cube({.kernel = 2, .stride = 2})), {2, 3, {4, 6, 5}});
  expect_gradients(average_pool({Window{}, Window{.kernel = 3, .stride = 2, .pad = 1, .uneven = 1},
                                 Window{.kernel = 3, .stride = 1, .pad = 2}}),
                   {2, 19, {1, 6, 5}});
  expect_gradients(global_max_pool(), {2, 5, {2, 4, 3}});
}

TEST(Gradients, OfMaxPoolingAgreeWithFiniteDifferences) {
  expect_gradients(max_pool({.window = cube({.kernel = 2, .stride = 2})}), {2, 3, {4, 6, 4}});
  expect_gradients(max_pool({.window = cube({.kernel = 2, .stride = 2}), .negative_slope = 0.3}),
                   {2, 3, {5, 4, 7}});
  expect_gradients(max_pool({.window = cube({.kernel = 3, .stride = 2, .pad = 1}), .negative_slope = 0.3}),
                   {1, 2, {5, 6, 4}});
}

TEST(Gradients, OfActivationsAgreeWithFiniteDifferences) {
  expect_gradients(leaky_relu(0.3), {2, 3, {2, 3, 4}});
  expect_gradients(scaled_tanh(1.2), {2, 4, {}});
  expect_gradients(sigmoid(), {2, 4, {1, 2, 3}});
}

TEST(Gradients, OfConvolutionsInTwoDimensionsAgreeWithFiniteDifferences) {
  const Shape flat{2, 6, {1, 7, 6}};
  const Window same{.kernel = 3, .pad = 1};
  expect_gradients(convolution_2d({.out = 4, .window = same, .bias = true}), flat);
  expect_gradients(convolution_2d({.out = 4, .window = {.kernel = 3, .stride = 2, .pad = 1}}), flat);
  expect_gradients(convolution_2d({.out = 6, .window = same, .groups = 6}), flat);
  expect_gradients(convolution_2d({.out = 4, .window = {.kernel = 3, .pad = 2, .dilation = 2}, .groups = 2}),
                   flat);
}

TEST(Gradients, OfTransposedConvolutionsAgreeWithFiniteDifferences) {
  const Window twice{.kernel = 3, .stride = 2, .pad = 1};
  expect_gradients(transposed_convolution_2d({.out = 3, .window = twice, .output_pad = 1}),
                   {2, 4, {1, 3, 5}});
  expect_gradients(transposed_convolution_2d({.out = 2, .window = {.kernel = 4, .stride = 3}}),
                   {1, 2, {1, 4, 3}});
  expect_gradients(
      transposed_convolution({.out = 3, .window = cube({.kernel = 3, .stride = 2, .uneven = 1}), .axes = 3}),
      {2, 2, {2, 3, 2}});
  expect_gradients(
      transposed_convolution({.out = 3,
                              .window = {Window{}, Window{.kernel = 2, .stride = 2},
                                         Window{.kernel = 5, .stride = 2, .pad = 1, .uneven = 1}},
                              .bias = false,
                              .axes = 2}),
      {2, 2, {1, 3, 4}});
}

TEST(Gradients, OfBatchNormalisationAgreeWithFiniteDifferences) {
  expect_gradients(batch_norm({.names = ParameterNames::Keras}), {2, 2, {1, 4, 3}});
  expect_gradients(batch_norm({}), {2, 5, {1, 4, 3}});
  expect_gradients(batch_norm({.relu = true}), {3, 4, {2, 2, 3}});
}

TEST(Gradients, OfPooledAndTiledAndScaledChannelsAgreeWithFiniteDifferences) {
  expect_gradients(global_average_pool(), {2, 5, {1, 4, 3}});
  expect_gradients(tile({1, 3, 4}), {2, 5, {}});
  expect_gradients(affine(), {2, 5, {}});
  expect_gradients(relu(), {2, 3, {1, 3, 4}});
}

TEST(Gradients, OfFlattenAndDenseAndDropoutAgreeWithFiniteDifferences) {
  expect_gradients(flatten(), {2, 3, {2, 3, 4}});
  expect_gradients(dense({.out = 5}), {3, 7, {}});
  expect_gradients(dense({.out = 5, .bias = false}), {3, 7, {}});
  expect_gradients(dense({.out = 5, .names = ParameterNames::PyTorch}), {3, 7, {}});
  expect_gradients(dropout(0.5), {3, 32, {}});
}

TEST(Gradients, OfSumsAndJoinedChannelsAgreeWithFiniteDifferences) {
  expect_gradients(add(), {{2, 3, {2, 3, 4}}, {2, 3, {2, 3, 4}}, {2, 3, {2, 3, 4}}});
  expect_gradients(concat(), {{2, 3, {2, 3, 4}}, {2, 1, {2, 3, 4}}, {2, 5, {2, 3, 4}}});
}

}  // namespace
}  // namespace tessera
