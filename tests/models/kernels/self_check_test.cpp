#include "models/kernels/self_check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/layers/layers.hpp"
#include "models/network/kernel_problems.hpp"
#include "support/spoiling_kernels.hpp"

namespace tessera {
namespace {

using test::SpoilingKernels;

std::vector<KernelProblem> problems_of(const Graph& graph, Element element) {
  std::vector<KernelProblem> problems;
  for (NodeId id = 0; id < graph.count(); ++id)
    for (const KernelProblem& problem : kernel_problems(graph, Placement::whole(graph), id, element))
      if (std::ranges::find(problems, problem) == problems.end()) problems.push_back(problem);
  return problems;
}

void expect_right(const Graph& graph) {
  for (const Element element : {Element::F32, Element::BF16}) {
    const auto kernels = make_onednn_kernels(element);
    const std::vector<KernelProblem> problems = problems_of(graph, element);
    EXPECT_FALSE(problems.empty());
    for (std::size_t i = 0; i < problems.size(); ++i) {
      const auto found = check_kernel(problems[i], *kernels);
      EXPECT_FALSE(found.has_value())
          << name_of(element) << ", problem " << i << ": " << name_of(found->direction) << " by "
          << found->implementation << " is off by " << found->distance << " of " << found->bound;
    }
  }
}

TEST(SelfCheck, PassesAllKernelsOfTheTinyNetwork) {
  expect_right(cosmoflow({.batch = 8, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 16}));
}
TEST(SelfCheck, PassesAllKernelsOfTheSmallNetwork) {
  expect_right(cosmoflow({.batch = 4, .space = {32, 32, 32}}));
}
TEST(SelfCheck, PassesAllKernelsOfTheFullNetwork) {
  expect_right(cosmoflow({.batch = 1, .space = {128, 128, 128}}));
}
TEST(SelfCheck, PassesAllKernelsOfTheTinyDeepCam) {
  expect_right(
      deepcam({.batch = 2, .height = 96, .width = 144, .width_factor = 1.0 / 8, .middle_blocks = 1}));
}
TEST(SelfCheck, PassesAllKernelsOfTheStandardDeepCam) {
  expect_right(deepcam({.middle_blocks = 1}));
}

// A network with a convolution, one in groups, a transposed one, max-pooling and a dense layer.
Graph with_all_kernels() {
  Graph graph;
  NodeId x = graph.input("input", {2, 16, {1, 12, 20}});
  x = graph.add("first", convolution_2d({.out = 48, .window = {.kernel = 3, .stride = 2, .pad = 1}}), {x});
  x = graph.add("grouped", convolution_2d({.out = 48, .window = {.kernel = 3, .pad = 1}, .groups = 48}), {x});
  x = graph.add(
      "transposed",
      transposed_convolution_2d({.out = 24, .window = {.kernel = 3, .stride = 2, .pad = 1}, .output_pad = 1}),
      {x});
  x = graph.add("pool", max_pool({.window = {Window{}, Window{2, 2}, Window{2, 2}}, .negative_slope = 0.3}),
                {x});
  x = graph.add("flat", flatten(), {x});
  x = graph.add("dense", dense({.out = 7}), {x});
  graph.add("fc", dense({.out = 9, .names = ParameterNames::PyTorch}), {x});
  return graph;
}

// The first layer of a network.
KernelProblem pooled_convolution_problem(Element element) {
  const Graph graph = cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 2, .conv_size = 16});
  const KernelProblem problem = problems_of(graph, element).front();
  EXPECT_TRUE(std::holds_alternative<PooledConvolutionProblem>(problem));
  return problem;
}

std::vector<KernelProblem> all_kernels(Element element) {
  std::vector<KernelProblem> problems = problems_of(with_all_kernels(), element);
  problems.push_back(pooled_convolution_problem(element));
  return problems;
}

// Each kernel with one wrong number in one of its directions is found, whichever channel it is in of few.
TEST(SelfCheck, FindsAWrongResultOfEveryKernelInEveryDirection) {
  for (const Element element : {Element::F32, Element::BF16})
    for (const KernelProblem& problem : all_kernels(element))
      for (const Direction direction : kDirections) {
        SpoilingKernels kernels(make_onednn_kernels(element), direction);
        const auto found = check_kernel(problem, kernels);
        if (!kernels.spoilt()) continue;  // a direction that the problem hasn't
        ASSERT_TRUE(found.has_value()) << problem.index() << " " << name_of(direction);
        EXPECT_EQ(found->direction, direction);
        EXPECT_GT(found->distance, found->bound);
        EXPECT_FALSE(found->implementation.empty());
      }
}

TEST(SelfCheck, FindsOtherTapsOfAPooledConvolution) {
  for (const Element element : {Element::F32, Element::BF16}) {
    SpoilingKernels kernels(make_onednn_kernels(element), Direction::Forward,
                            SpoilingKernels::Way::OtherTaps);
    const auto found = check_kernel(pooled_convolution_problem(element), kernels);
    ASSERT_TRUE(kernels.spoilt());
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->direction, Direction::Forward);
  }
}

TEST(SelfCheck, FindsWhatIsLeftUnwritten) {
  Graph graph = with_all_kernels();
  const KernelProblem problem = problems_of(graph, Element::F32).front();
  SpoilingKernels kernels(make_onednn_kernels(), Direction::Forward, SpoilingKernels::Way::LeavesOut);
  EXPECT_TRUE(check_kernel(problem, kernels).has_value());
}

// By another name from some height on, from where it is wrong; and in long rows by the same name.
class OtherwiseInLargeOnes final : public Kernels {
 public:
  Element element() const override { return Element::F32; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    const bool large = problem.y.box.h.size() > 20, is_wrong = large || problem.y.box.w.size() > 50;
    SpoilingKernels spoiling(make_onednn_kernels(), Direction::BackwardParameters);
    auto kernel = (is_wrong ? static_cast<Kernels&>(spoiling) : *right_).convolution(problem);
    return std::make_unique<test::NamedKernel>(std::move(kernel), large ? "large" : "small");
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double slope) override {
    return right_->max_pool(problem, slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override { return right_->dense(problem); }

 private:
  std::unique_ptr<Kernels> right_ = make_onednn_kernels();
};

std::optional<KernelMismatch> found_in_large_one(const Extents& extents) {
  Graph graph;
  const NodeId x = graph.input("input", {1, 8, extents});
  graph.add("first", convolution_2d({.out = 8, .window = {.kernel = 3, .pad = 1}}), {x});
  OtherwiseInLargeOnes kernels;
  return check_kernel(problems_of(graph, Element::F32).front(), kernels);
}

TEST(SelfCheck, ReducesExtentsOnlyAsFarAsTheImplementationIsTheSame) {
  const auto found = found_in_large_one({1, 40, 40});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->direction, Direction::BackwardParameters);
  EXPECT_EQ(found->implementation, "large");
}

// In slabs, of which those without padding along H are wrong.
class WrongInside final : public Kernels {
 public:
  Element element() const override { return Element::F32; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    return std::make_unique<test::NamedKernel>(kernels_of(problem).convolution(problem), "jit in slabs");
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double slope) override {
    return right_->max_pool(problem, slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override { return right_->dense(problem); }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem) override {
    return kernels_of(problem.convolution).pooled_convolution(problem);
  }

 private:
  Kernels& kernels_of(const ConvolutionProblem& problem) {
    const LocalWindow& rows = problem.window[1];
    return rows.pad_lo == 0 && rows.pad_hi == 0 ? wrong_ : *right_;
  }
  std::unique_ptr<Kernels> right_ = make_onednn_kernels();
  SpoilingKernels wrong_{make_onednn_kernels(), Direction::BackwardParameters};
};

TEST(SelfCheck, LooksAtSlabsInsideOfASample) {
  Graph graph;
  const NodeId x = graph.input("input", {1, 8, {1, 40, 40}});
  graph.add("first", convolution_2d({.out = 8, .window = {.kernel = 3, .pad = 1}}), {x});
  WrongInside kernels;
  for (const KernelProblem& problem :
       {problems_of(graph, Element::F32).front(), pooled_convolution_problem(Element::F32)}) {
    const auto found = check_kernel(problem, kernels);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->direction, Direction::BackwardParameters);
  }
}

TEST(SelfCheck, LeavesRowsAsLongAsTheyAre) {
  EXPECT_TRUE(found_in_large_one({1, 16, 60}).has_value());
  EXPECT_FALSE(found_in_large_one({1, 16, 40}).has_value());
}

}  // namespace
}  // namespace tessera
