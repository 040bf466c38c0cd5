#include "harness/bench/ceilings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "models/layers/layers.hpp"

namespace tessera {
namespace {

using Direction = ConvolutionCeiling::Direction;

// The implementations that the node's own calls name are those of the primitives that are its ceilings.
void expect_ceilings_of_its_own_calls(LayerPtr layer) {
  Graph graph;
  const NodeId x = graph.input("input", {1, 32, {1, 24, 40}});
  const NodeId first = graph.add("first", convolution_2d({.out = 32, .window = {}}), {x});
  const NodeId node = graph.add("node", std::move(layer), {first});
  const Placement placement = Placement::whole(graph);
  const auto problem = convolution_of(graph, placement, node, Element::F32);
  ASSERT_TRUE(problem.has_value());
  const auto kernels = make_onednn_kernels(Element::F32, ConvolutionAlgorithm::Direct);
  const auto op =
      graph.node(node).layer->localize(local_site(graph, placement, node, Element::F32), *kernels);
  const auto ceiling = make_onednn_ceiling(*problem, ConvolutionCeiling::Tensors::ChannelsLast);
  int call = 0;
  for (const Direction direction : kDirections)
    EXPECT_EQ(ceiling->implementation(primitive_of(*problem, direction)), op->implementations().at(call++))
        << call;
}

TEST(Ceilings, OfAConvolutionAreThoseOfItsOwnCalls) {
  expect_ceilings_of_its_own_calls(convolution_2d({.out = 64, .window = {.kernel = 3, .pad = 1}}));
  expect_ceilings_of_its_own_calls(
      convolution_2d({.out = 64, .window = {.kernel = 3, .stride = 2, .pad = 1}}));
}

// Where oneDNN 2.6 on matrix units writes beyond its memory, before which there are its inputs here, or never
// has its code, in one piece.
TEST(Ceilings, OfLongRowsInBfloat16LeaveTheirInputsAsTheyAre) {
  for (const std::int64_t width : {240, 400, 800}) {
    ConvolutionProblem problem;
    problem.x = problem.y = Layout{1, 16, Box::whole({1, 12, width}), Element::BF16};
    problem.window[1] = problem.window[2] = {.kernel = 3, .pad_lo = 1, .pad_hi = 1};
    const auto ceiling = make_onednn_ceiling(problem, ConvolutionCeiling::Tensors::ChannelsLast);
    AlignedBytes memory(ceiling->bytes(Direction::BackwardParameters));
    const std::span<std::byte> inputs(memory.data(), problem.x.bytes() + problem.y.bytes() / 12 * 11);
    std::ranges::fill(inputs, std::byte{0x3F});
    ceiling->run(Direction::BackwardParameters, memory.data());
    EXPECT_EQ(std::ranges::count(inputs, std::byte{0x3F}), std::ssize(inputs)) << width;
  }
}

TEST(Ceilings, OfATransposedConvolutionAreThoseOfItsOwnCalls) {
  expect_ceilings_of_its_own_calls(transposed_convolution_2d(
      {.out = 64, .window = {.kernel = 3, .stride = 2, .pad = 1}, .output_pad = 1}));
}

TEST(Ceilings, OfATransposedConvolutionForwardIsTheGradientOfInputsOfItsAdjoint) {
  ConvolutionProblem problem;
  EXPECT_EQ(primitive_of(problem, Direction::Forward), Direction::Forward);
  problem.adjoint = true;
  EXPECT_EQ(primitive_of(problem, Direction::Forward), Direction::BackwardInputs);
  EXPECT_EQ(primitive_of(problem, Direction::BackwardInputs), Direction::Forward);
  EXPECT_EQ(primitive_of(problem, Direction::BackwardParameters), Direction::BackwardParameters);
}

}  // namespace
}  // namespace tessera
