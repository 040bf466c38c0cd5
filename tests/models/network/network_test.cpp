#include "models/network/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/base/error.hpp"
#include "models/cosmoflow.hpp"
#include "models/layers/layers.hpp"
#include "models/train/initializers.hpp"
#include "models/train/mean_squared_error.hpp"
#include "support/numbers.hpp"

namespace tessera {
namespace {

const CosmoflowArchitecture kLittle{
    .batch = 2, .space = {8, 8, 8}, .conv_layers = 2, .conv_size = 4, .fc1 = 8, .fc2 = 6};

// A network on one process with random input, target and parameters, in double.
class Whole {
 public:
  explicit Whole(Graph graph)
      : graph_(std::move(graph)),
        kernels_(make_reference_kernels(Element::F64)),
        parameters_(graph_.parameters(), Element::F64),
        network_(graph_, Placement::whole(graph_), *kernels_, parameters_, nullptr),
        x_(network_.input_layout()),
        target_(network_.output_layout()) {
    initialize(parameters_, 5);
    test::fill_random(x_.view().span<double>(), 1);
    test::fill_random(target_.view().span<double>(), 2);
    for (std::int64_t n = 0; n < x_.layout().n; ++n) samples_.push_back(n);
  }

  double loss() {
    const ConstTensorView y = network_.forward(x_.view(), context());
    const Layout& out = y.layout;
    return MeanSquaredError(out.c * out.box.count())
        .share(y, target_.view(), {1.0 / static_cast<double>(out.n), out.n}, network_.output_gradient());
  }
  void backward(const BackwardHooks& hooks = {}) {
    loss();
    network_.backward(context(), hooks);
  }
  StepContext context() { return {true, 3, 9, samples_, alone_, alone_}; }
  ParameterStore& parameters() { return parameters_; }
  Network& network() { return network_; }
  Tensor& x() { return x_; }

 private:
  Graph graph_;
  std::unique_ptr<Kernels> kernels_;
  ParameterStore parameters_;
  Network network_;
  Tensor x_, target_;
  std::vector<std::int64_t> samples_;
  NoGroupSum alone_;
};

void expect_gradients_by_finite_differences(Whole& whole) {
  whole.backward();
  ParameterStore& parameters = whole.parameters();
  const double h = 1e-6;
  for (int p = 0; p < parameters.count(); ++p) {
    const auto found = parameters.gradient<double>(p);
    const std::vector<double> gradient(found.begin(), found.end());
    const auto values = parameters.value<double>(p);
    for (std::size_t i = 0; i < values.size(); i += std::max<std::size_t>(1, values.size() / 7)) {
      const double kept = values[i];
      values[i] = kept + h;
      const double above = whole.loss();
      values[i] = kept - h;
      const double below = whole.loss();
      values[i] = kept;
      EXPECT_NEAR((above - below) / (2 * h), gradient[i], 1e-8) << parameters.spec(p).name << " " << i;
    }
  }
}

TEST(Network, GradientsOfCosmoFlowAgreeWithFiniteDifferences) {
  Whole whole(cosmoflow(kLittle));
  expect_gradients_by_finite_differences(whole);
}

TEST(Network, AddsTheGradientsOfATensorThatSeveralLayersRead) {
  Graph graph;
  const Window same{.kernel = 3, .pad = 1};
  const NodeId x = graph.input("x", {2, 3, {4, 4, 4}});
  const NodeId shared = graph.add("shared", convolution({.out = 4, .window = cube(same)}), {x});
  const NodeId left = graph.add("left", convolution({.out = 4, .window = cube(same)}), {shared});
  const NodeId right = graph.add("right", leaky_relu(0.3), {shared});
  graph.add("tail", scaled_tanh(1.2), {graph.add("sum", add(), {left, right})});
  Whole whole(std::move(graph));
  expect_gradients_by_finite_differences(whole);
}

TEST(Network, TellsOfEachParameterOnceInTheOrderOfTheStore) {
  Whole whole(cosmoflow(kLittle));
  std::vector<int> order;
  whole.backward({.ready = [&](int parameter) { order.push_back(parameter); }});
  std::vector<int> expected(static_cast<std::size_t>(whole.parameters().count()));
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = static_cast<int>(i);
  EXPECT_EQ(order, expected);
  EXPECT_EQ(whole.parameters().spec(0).name, "dense_2/kernel");
  EXPECT_EQ(whole.parameters().spec(whole.parameters().count() - 1).name, "conv3d/bias");
}

TEST(Network, UsesActivationMemoryAgain) {
  // Without reuse: all activations, their gradients and the pools' taps.
  const Graph graph = cosmoflow({.batch = 1, .space = {32, 32, 32}, .conv_layers = 4, .conv_size = 8});
  const auto kernels = make_reference_kernels(Element::F32);
  ParameterStore parameters(graph.parameters(), Element::F32);
  const Network network(graph, Placement::whole(graph), *kernels, parameters, nullptr);
  std::size_t all = 0;
  for (NodeId id = 1; id < graph.count(); ++id) all += static_cast<std::size_t>(graph.shape(id).count()) * 8;
  EXPECT_LT(network.activation_bytes(), all * 7 / 10);
  EXPECT_GE(network.activation_bytes(), static_cast<std::size_t>(graph.shape(1).count()) * 4);
}

TEST(Network, NamesTheFirstTensorThatIsNotFinite) {
  Whole whole(cosmoflow(kLittle));
  EXPECT_FALSE(whole.network().first_not_finite(whole.x().view(), whole.context()));
  whole.parameters().value<double>(whole.parameters().find("conv3d_1/kernel"))[3] = std::nan("");
  EXPECT_EQ(whole.network().first_not_finite(whole.x().view(), whole.context())->tensor,
            "parameter conv3d_1/kernel");
  whole.parameters().value<double>(whole.parameters().find("conv3d/bias"))[0] = 1e308;
  whole.parameters().value<double>(whole.parameters().find("conv3d/kernel"))[0] = 1e308;
  whole.x().view().span<double>()[0] = 1e10;
  EXPECT_EQ(whole.network().first_not_finite(whole.x().view(), whole.context())->tensor,
            "the output of conv3d");
  whole.x().view().span<double>()[5] = INFINITY;
  EXPECT_EQ(whole.network().first_not_finite(whole.x().view(), whole.context())->tensor, "the input");
}

TEST(CosmoFlow, HasTheReferencesShapesAndParameters) {
  const Graph graph = cosmoflow({});
  std::int64_t parameters = 0;
  for (const ParameterSpec& spec : graph.parameters()) parameters += spec.count();
  // Keras counts the same: 27*(4*32 + 32*64 + 64*128 + 128*256 + 256*512) + 992 biases, then the dense
  // layers.
  EXPECT_EQ(parameters, 27 * (4 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 512) + 992 + 32768 * 128 + 128 +
                            128 * 64 + 64 + 64 * 4 + 4);
  EXPECT_EQ(graph.shape(9), (Shape{1, 512, {4, 4, 4}}));
  EXPECT_EQ(graph.shape(graph.output()), (Shape{1, 4, {}}));
}

TEST(CosmoFlow, CountsTheWorkOfATrainingStep) {
  // Of the settings known to converge, counted with another framework: 103, 3001 and 192,091 Mflop a sample.
  const auto mflop = [](const CosmoflowArchitecture& config) {
    return std::round(cosmoflow(config).training_flop() / 1e6);
  };
  EXPECT_EQ(mflop({.space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16}), 103);
  EXPECT_EQ(mflop({.space = {32, 32, 32}}), 3001);
  EXPECT_EQ(mflop({}), 192091);
}

TEST(CosmoFlow, RefusesMoreBlocksThanTheInputHasHalvings) {
  try {
    cosmoflow({.space = {16, 16, 16}, .conv_layers = 5});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.where(), testing::HasSubstr("pool_4"));
  }
}

}  // namespace
}  // namespace tessera
