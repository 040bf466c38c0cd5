#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/layers/layers.hpp"
#include "models/train/initializers.hpp"
#include "parallel/exchange_maker.hpp"
#include "parallel/group_sum.hpp"
#include "parallel/place.hpp"
#include "support/mpi_world.hpp"
#include "support/numbers.hpp"

// Batch normalisation over two replicas of two samples, each sample cut in two, against plain loops over all
// four samples in one place.
namespace tessera {
namespace {

using test::random_tensor;
using testing::world;

constexpr std::int64_t kReplicas = 2, kBatch = 2, kChannels = 3, kOut = 4;
constexpr Extents kSpace{1, 6, 9};
constexpr double kEpsilon = 1e-5, kMomentum = 0.1;  // PyTorch's defaults, the reference's

Graph graph_of() {
  Graph graph(".");
  NodeId x = graph.input("x", {kBatch, kChannels, kSpace});
  x = graph.add("conv", convolution_2d({.out = kOut, .window = {}}), {x});
  graph.add("bn", batch_norm({}), {x});
  return graph;
}

struct Expected {
  std::vector<double> y;  // of all samples, channels last
  std::vector<double> weight_gradient = std::vector<double>(kOut, 0.0), bias_gradient = weight_gradient;
  std::vector<double> mean = weight_gradient, variance = weight_gradient;
};

// z: what is normalised; dy: the gradient of what comes out, both over all samples.
Expected plain_batch_norm(std::span<const double> z, std::span<const double> dy,
                          std::span<const double> weight, std::span<const double> bias) {
  Expected expected;
  const double count = static_cast<double>(z.size()) / kOut;
  for (std::size_t i = 0; i < z.size(); ++i) expected.mean[i % kOut] += z[i] / count;
  for (std::size_t i = 0; i < z.size(); ++i)
    expected.variance[i % kOut] += std::pow(z[i] - expected.mean[i % kOut], 2) / count;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::size_t c = i % kOut;
    const double normalised = (z[i] - expected.mean[c]) / std::sqrt(expected.variance[c] + kEpsilon);
    expected.y.push_back(weight[c] * normalised + bias[c]);
    expected.weight_gradient[c] += dy[i] * normalised;
    expected.bias_gradient[c] += dy[i];
  }
  for (double& variance : expected.variance) variance *= count / (count - 1);  // running, unbiased
  return expected;
}

TEST(BatchNorm, OverSplitSamplesOfTwoReplicasIsThatOfAllSamplesInOnePlace) {
  const ProcessGrid grid(world(), {kReplicas, 1, 2, 1});
  const Graph graph = graph_of();
  const auto kernels = make_reference_kernels(Element::F64);
  ParameterStore parameters(graph.parameters(), Element::F64);
  initialize(parameters, 3);
  const auto value = [&](const char* name) { return parameters.value<double>(parameters.find(name)); };
  test::fill_random(value("bn.weight"), 4);
  test::fill_random(value("bn.bias"), 5);
  Network network(graph, place(graph, Partition(grid.dims()), grid.part(), Overlap::Off), *kernels,
                  parameters, exchange_maker(graph, grid, Element::F64));

  const Tensor all_x = random_tensor<double>(kReplicas * kBatch, kChannels, kSpace, 1);
  const Tensor all_dy = random_tensor<double>(kReplicas * kBatch, kOut, kSpace, 2);
  // This process's part of a tensor of all samples.
  const auto part_of = [&](const Tensor& all, const Layout& layout) {
    Tensor part(layout);
    Layout replica = all.layout();
    replica.n = kBatch;
    const std::byte* first = all.view().bytes + grid.replica() * replica.bytes();
    copy_box({first, replica}, part.view(), layout.box);
    return part;
  };

  std::vector<double> z;  // a convolution of one tap, by hand
  const std::span<const double> x = all_x.view().span<double>(), kernel = value("conv.weight");
  for (std::size_t pixel = 0; pixel < x.size() / kChannels; ++pixel)
    for (std::size_t out = 0; out < kOut; ++out) {
      double sum = 0;
      for (std::size_t in = 0; in < kChannels; ++in)
        sum += kernel[out * kChannels + in] * x[pixel * kChannels + in];
      z.push_back(sum);
    }
  const Expected expected =
      plain_batch_norm(z, all_dy.view().span<double>(), value("bn.weight"), value("bn.bias"));

  const Communicator group = grid.norm_group(kReplicas);
  MpiGroupSum spatial(grid.spatial()), norm(group);
  const std::vector<std::int64_t> samples(kBatch, 0);
  const StepContext context{true, 1, 0, samples, spatial, norm};
  const Tensor mine = part_of(all_x, network.input_layout());
  const ConstTensorView y = network.forward(mine.view(), context);
  Tensor all_y(Layout{kReplicas * kBatch, kOut, Box::whole(kSpace), Element::F64});
  std::copy(expected.y.begin(), expected.y.end(), all_y.view().span<double>().begin());
  const Tensor expected_y = part_of(all_y, y.layout);
  for (std::size_t i = 0; i < y.span<double>().size(); ++i)
    ASSERT_NEAR(y.span<double>()[i], expected_y.view().span<double>()[i], 1e-12);

  copy_box(part_of(all_dy, y.layout).view(), network.output_gradient(), y.layout.box);
  network.backward(context, {});
  world().sum(std::span(reinterpret_cast<double*>(parameters.gradients()), parameters.trained_bytes() / 8));
  const auto gradient = [&](const char* name) { return parameters.gradient<double>(parameters.find(name)); };
  for (std::size_t c = 0; c < kOut; ++c) {
    EXPECT_NEAR(gradient("bn.weight")[c], expected.weight_gradient[c], 1e-11);
    EXPECT_NEAR(gradient("bn.bias")[c], expected.bias_gradient[c], 1e-11);
    EXPECT_NEAR(value("bn.running_mean")[c], kMomentum * expected.mean[c], 1e-13);
    EXPECT_NEAR(value("bn.running_var")[c], 1 - kMomentum + kMomentum * expected.variance[c], 1e-13);
  }
}

}  // namespace
}  // namespace tessera
