#include "models/sequential.hpp"

#include <gmock/gmock.h>

#include <map>

#include "support/errors.hpp"
#include "support/first_step.hpp"

namespace tessera {
namespace {

using namespace sequential;
using ::testing::AllOf;
using ::testing::HasSubstr;
using What = decltype(sequential::Layer::what);

constexpr Padding kSame{Padding::Kind::Same};

SequentialArchitecture on_images(const std::vector<What>& layers, Extents space = {1, 28, 28},
                                 std::size_t axes = 2, std::int64_t channels = 1) {
  SequentialArchitecture network{.batch = 2, .channels = channels, .space = space, .axes = axes};
  for (const What& what : layers)
    network.layers.push_back({fmt::format("my.yaml, line {}", 10 + network.layers.size()), what});
  return network;
}

Shape answer_of(const std::vector<What>& layers, Extents space = {1, 28, 28}, std::size_t axes = 2) {
  const Graph graph = sequential_network(on_images(layers, space, axes));
  return graph.shape(graph.output());
}

std::map<std::string, std::vector<std::int64_t>> parameters_of(const SequentialArchitecture& network) {
  std::map<std::string, std::vector<std::int64_t>> dims;
  for (const ParameterSpec& spec : sequential_network(network).parameters()) dims[spec.name] = spec.dims;
  return dims;
}

TEST(SequentialNetwork, NamesParametersAndOrdersTheirAxesAsKeras) {
  const auto network =
      on_images({Convolution{.filters = 16, .kernel = {3, 5}, .padding = kSame},
                 Residual{.layers = {{"", Convolution{.filters = 16, .kernel = {3}, .padding = kSame}},
                                     {"", BatchNorm{}}},
                          .activation = Activation::Relu},
                 Convolution{.filters = 8, .kernel = {1}, .groups = 4, .use_bias = false},
                 TransposedConvolution{.filters = 6, .kernel = {2}, .stride = {2}}, Flatten{},
                 Dense{.units = 32, .activation = Activation::Relu}, Dense{.units = 10}});
  using Dims = std::vector<std::int64_t>;
  EXPECT_EQ(parameters_of(network),
            (std::map<std::string, Dims>{{"conv2d/kernel", {3, 5, 1, 16}},
                                         {"conv2d/bias", {16}},
                                         {"conv2d_1/kernel", {3, 3, 16, 16}},
                                         {"conv2d_1/bias", {16}},
                                         {"batch_normalization/gamma", {16}},
                                         {"batch_normalization/beta", {16}},
                                         {"batch_normalization/moving_mean", {16}},
                                         {"batch_normalization/moving_variance", {16}},
                                         {"conv2d_2/kernel", {1, 1, 4, 8}},
                                         {"conv2d_transpose/kernel", {2, 2, 6, 8}},
                                         {"conv2d_transpose/bias", {6}},
                                         {"dense/kernel", {56 * 56 * 6, 32}},
                                         {"dense/bias", {32}},
                                         {"dense_1/kernel", {32, 10}},
                                         {"dense_1/bias", {10}}}));
  EXPECT_EQ(
      parameters_of(on_images({Convolution{.filters = 4, .kernel = {3}}}, {1, 1, 50}, 1)).begin()->second,
      (Dims{4}));
  EXPECT_TRUE(parameters_of(on_images({Convolution{.filters = 4, .kernel = {3}}}, {9, 9, 9}, 3))
                  .contains("conv3d/kernel"));
}

// As Keras says the extents of its layers are.
TEST(SequentialNetwork, HasTheExtentsOfKeras) {
  const auto convolved = [](std::int64_t kernel, std::int64_t stride, Padding padding) {
    return answer_of({Convolution{.filters = 3, .kernel = {kernel}, .stride = {stride}, .padding = padding}})
        .space.h;
  };
  EXPECT_EQ(convolved(3, 1, {}), 26);
  EXPECT_EQ(convolved(3, 2, {}), 13);
  EXPECT_EQ(convolved(3, 1, kSame), 28);
  EXPECT_EQ(convolved(4, 1, kSame), 28);
  EXPECT_EQ(convolved(4, 3, kSame), 10);
  EXPECT_EQ(convolved(3, 2, kSame), 14);
  EXPECT_EQ(convolved(5, 1, {Padding::Kind::Cells, {1}}), 26);
  EXPECT_EQ(answer_of({Pooling{}}).space.h, 14);
  EXPECT_EQ(answer_of({Pooling{.size = {3}}}).space.h, 9);
  EXPECT_EQ(answer_of({Pooling{.size = {3}, .padding = kSame}}).space.h, 10);
  EXPECT_EQ(answer_of({Pooling{.size = {3}, .stride = PerAxis{1}}}).space.h, 26);
  const auto upsampled = [](std::int64_t kernel, Padding padding) {
    return answer_of(
               {TransposedConvolution{.filters = 3, .kernel = {kernel}, .stride = {2}, .padding = padding}})
        .space.h;
  };
  EXPECT_EQ(upsampled(3, {}), 57);
  EXPECT_EQ(upsampled(2, {}), 56);
  EXPECT_EQ(upsampled(3, kSame), 56);
  EXPECT_EQ(upsampled(4, kSame), 56);
}

TEST(SequentialNetwork, AnswersInTheWideType) {
  for (const std::vector<What>& layers : {std::vector<What>{Convolution{.filters = 3, .kernel = {3}}},
                                          std::vector<What>{Flatten{}, Dense{.units = 4}},
                                          std::vector<What>{GlobalPooling{}, Dense{.units = 4}}}) {
    const Graph graph = sequential_network(on_images(layers));
    EXPECT_EQ(graph.node(graph.output()).precision, Precision::Wide);
  }
}

std::vector<std::string> nodes_of(const std::vector<What>& layers) {
  const Graph graph = sequential_network(on_images(layers));
  std::vector<std::string> names;
  for (NodeId node = 1; node < graph.count(); ++node) names.push_back(graph.node(node).name);
  return names;
}

TEST(SequentialNetwork, LeavesRectifiersToTheirNeighbours) {
  using ::testing::ElementsAre;
  const Convolution rectified{.filters = 3, .kernel = {3}, .activation = Activation::LeakyRelu};
  EXPECT_THAT(nodes_of({rectified, Pooling{}, Flatten{}}), ElementsAre("conv2d", "max_pooling", "flatten"));
  EXPECT_THAT(nodes_of({rectified, Pooling{.kind = Pooling::Kind::Average}, Flatten{}}),
              ElementsAre("conv2d", "leaky_relu", "average_pooling", "flatten"));
  EXPECT_THAT(nodes_of({BatchNorm{}, Activate{}, Pooling{}, Flatten{}}),
              ElementsAre("batch_normalization", "max_pooling", "flatten"));
  EXPECT_THAT(nodes_of({BatchNorm{}, Activate{Activation::Tanh}, Flatten{}}),
              ElementsAre("batch_normalization", "tanh", "flatten"));
}

// The two of each pair are one function, whose steps are the same but for rounding.
TEST(SequentialNetwork, ComputesTheSameWithRectifiersInTheirNeighbours) {
  const auto step_of = [](const std::vector<What>& layers) {
    const Graph graph = sequential_network(on_images(layers, {1, 9, 8}, 2, 2));
    const auto kernels = make_reference_kernels(Element::F64);
    NoGroupSum alone;
    return test::first_step(graph, Placement::whole(graph), 1, *kernels, nullptr, alone);
  };
  const Convolution plain{.filters = 3, .kernel = {3}};
  Convolution rectified = plain;
  rectified.activation = Activation::LeakyRelu;
  const Pooling pool{.size = {3}, .stride = PerAxis{2}, .padding = kSame};
  // The mean of one cell: a node between the two.
  const Pooling one{.kind = Pooling::Kind::Average, .size = {1}};
  for (const auto& [fused, apart] :
       {std::pair<std::vector<What>, std::vector<What>>{{rectified, pool}, {rectified, one, pool}},
        {{plain, Activate{}, pool}, {plain, Activate{}, one, pool}},
        {{plain, BatchNorm{}, Activate{}}, {plain, BatchNorm{}, one, Activate{}}}}) {
    const test::FirstStep a = step_of(fused), b = step_of(apart);
    EXPECT_NEAR(a.loss, b.loss, 1e-14 * b.loss);
    EXPECT_LT((test::relative_distance<const double, const double>(a.gradients, b.gradients)), 1e-13);
  }
}

void expect_refusal(const std::vector<What>& layers, const std::string& problem, const std::string& where) {
  const auto message = message_of<InputError>([&] { sequential_network(on_images(layers)); });
  EXPECT_THAT(message, AllOf(HasSubstr(problem + "\n"), HasSubstr("where: my.yaml, line " + where)));
}

TEST(SequentialNetwork, SaysWhichLayerDoesNotFitAndWhy) {
  const Convolution plain{.filters = 6, .kernel = {3}};
  const Pooling half;
  expect_refusal({half, half, half, Pooling{.size = {4}}}, "layer 4: 3 cells can't be pooled by 4", "13");
  expect_refusal({Convolution{.filters = 6, .kernel = {15}, .dilation = {2}}},
                 "layer 1: a kernel of 15 with dilation 2 doesn't fit 28 cells", "10");
  expect_refusal({plain, Convolution{.filters = 6, .kernel = {3}, .groups = 4}},
                 "layer 2: 6 input and 6 output channels don't fall into 4 groups", "11");
  expect_refusal({Convolution{.filters = 6, .kernel = {3, 3, 3}}},
                 "layer 1: kernel has 3 numbers, where samples have 2 axes", "10");
  expect_refusal({Pooling{.size = {2, 2, 2}}}, "layer 1: size has 3 numbers, where samples have 2 axes",
                 "10");
  expect_refusal({Convolution{.filters = 6, .kernel = {3}, .padding = {Padding::Kind::Cells, {3}}}},
                 "layer 1: a padding of 3 is more than a kernel of 3 reaches", "10");
  expect_refusal({TransposedConvolution{.filters = 6, .kernel = {2}, .stride = {3}}},
                 "layer 1: a kernel of 2 leaves gaps between strides of 3", "10");
  expect_refusal({TransposedConvolution{.filters = 6, .kernel = {2}, .stride = {2}, .dilation = {2}}},
                 "layer 1: a kernel of 2 with dilation 2 leaves gaps between strides of 2", "10");
  expect_refusal({plain, Dense{.units = 10}}, "layer 2: a dense layer takes flat input, and gets 26x26x6",
                 "11");
  expect_refusal({Flatten{}, plain}, "layer 2: there are no axes left to convolve along", "11");
  expect_refusal({GlobalPooling{}, half}, "layer 2: there are no axes left to pool along", "11");
  expect_refusal({Pooling{.size = {12}}}, "layer 1: a window of 1x12x12 cells is too large", "10");
  const auto inside = [](Residual block) {
    for (auto* layers : {&block.layers, &block.projection})
      for (auto& layer : *layers) layer.where = "my.yaml, line 99";
    return block;
  };
  expect_refusal({plain, inside({.layers = {{"", plain}}})},
                 "layer 2: the layers make 24x24x6 of 26x26x6, to which 26x26x6 can't be added", "11");
  expect_refusal({plain, inside({.layers = {{"", half}, {"", Pooling{.size = {14}}}}})},
                 "layer 2, layer 2: 13 cells can't be pooled by 14", "99");
  expect_refusal({plain, inside({.layers = {{"", plain}}, .projection = {{"", Dense{.units = 3}}}})},
                 "layer 2, projection layer 1: a dense layer takes flat input, and gets 26x26x6", "99");
}

}  // namespace
}  // namespace tessera
