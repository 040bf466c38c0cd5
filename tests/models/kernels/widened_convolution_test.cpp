#include "models/kernels/widened_convolution.hpp"

#include <gtest/gtest.h>

#include "models/cosmoflow.hpp"
#include "models/deepcam.hpp"
#include "models/kernels/self_check.hpp"
#include "models/kernels/slabbed_pooled_convolution.hpp"
#include "models/network/kernel_problems.hpp"

namespace tessera {
namespace {

/// Kernels of bfloat16 without a machine for them.
class WidenedKernels final : public Kernels {
 public:
  Element element() const override { return Element::BF16; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    if (problem.x.element != Element::BF16) return wide_->convolution(problem);
    return make_widened_convolution(
        problem, [this](const ConvolutionProblem& wide) { return wide_->convolution(wide); });
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return make_onednn_kernels(Element::BF16)->max_pool(problem, negative_slope);
  }
  std::unique_ptr<PooledConvolutionKernel> pooled_convolution(
      const PooledConvolutionProblem& problem) override {
    return make_slabbed_pooled_convolution(
        problem, [this](const PooledConvolutionProblem& slab) { return Kernels::pooled_convolution(slab); });
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override { return wide_->dense(problem); }

 private:
  std::unique_ptr<Kernels> wide_ = make_onednn_kernels(Element::F32);
};

void expect_widened_right(const Graph& graph) {
  WidenedKernels kernels;
  for (NodeId id = 0; id < graph.count(); ++id)
    for (const KernelProblem& problem : kernel_problems(graph, Placement::whole(graph), id, Element::BF16))
      EXPECT_FALSE(check_kernel(problem, kernels).has_value()) << graph.node(id).name;
}

TEST(WidenedConvolution, IsRightInEveryConvolutionOfTheNetworks) {
  expect_widened_right(cosmoflow({.batch = 2, .space = {32, 32, 32}}));
  expect_widened_right(
      deepcam({.batch = 2, .height = 96, .width = 144, .width_factor = 1.0 / 8, .middle_blocks = 1}));
}

TEST(WidenedConvolution, SaysThatItComputesInFloat32) {
  ConvolutionProblem problem;
  problem.x = problem.y = Layout{1, 8, Box::whole({4, 4, 4}), Element::BF16};
  WidenedKernels kernels;
  for (const std::string& name : kernels.convolution(problem)->implementations())
    EXPECT_TRUE(name.ends_with(" in float32")) << name;
}

}  // namespace
}  // namespace tessera
