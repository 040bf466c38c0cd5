#include "harness/train/self_check.hpp"

#include <gmock/gmock.h>

#include "models/cosmoflow.hpp"
#include "models/kernels/library.hpp"
#include "parallel/uniform.hpp"
#include "support/errors.hpp"
#include "support/mpi_world.hpp"
#include "support/spoiling_kernels.hpp"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::world;

Graph tiny() {
  return cosmoflow({.batch = 2, .space = {16, 16, 16}, .conv_layers = 4, .conv_size = 8});
}

/// Wrong where a convolution has so many output channels.
class WrongAt final : public Kernels {
 public:
  explicit WrongAt(std::int64_t channels) : channels_(channels) {}
  Element element() const override { return Element::F32; }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    return problem.y.c == channels_ ? wrong_.convolution(problem) : right_->convolution(problem);
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double slope) override {
    return right_->max_pool(problem, slope);
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override { return right_->dense(problem); }

 private:
  std::int64_t channels_;
  std::unique_ptr<Kernels> right_ = make_onednn_kernels();
  test::SpoilingKernels wrong_{make_onednn_kernels(), Direction::BackwardParameters};
};

TEST(SelfCheck, CountsTheDistinctKernelsOfARankInEitherElement) {
  const ProcessGrid grid(world(), {world().size(), 1, 1, 1});
  for (const Element element : {Element::F32, Element::BF16}) {
    const auto kernels = make_onednn_kernels(element);
    const SelfCheck check = self_check(grid, tiny(), *kernels, Overlap::Auto);
    EXPECT_EQ(check.kernels, 1 + 3 + 3 + 3);  // a pooled convolution, convolutions, poolings, dense layers
    EXPECT_GT(check.seconds, 0);
  }
}

TEST(SelfCheck, PassesThePartsOfASplitSample) {
  const ProcessGrid grid(world(), {1, world().size(), 1, 1});
  const auto kernels = make_onednn_kernels();
  EXPECT_GT(self_check(grid, tiny(), *kernels, Overlap::On).kernels, 0);
}

TEST(SelfCheck, NamesTheWrongLayerDirectionAndVersionOnAllRanks) {
  const ProcessGrid grid(world(), {world().size(), 1, 1, 1});
  WrongAt kernels(32);  // the third
  try {
    self_check(grid, tiny(), kernels, Overlap::Auto);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const UniformError& error) {
    EXPECT_EQ(error.exit_code(), 3);
    EXPECT_THAT(std::string(error.what()),
                AllOf(HasSubstr("backward_parameters of conv3d_2 by "), HasSubstr(onednn_version()),
                      HasSubstr("--no-self-check"), Not(HasSubstr("conv3d_1 by"))));
  }
}

}  // namespace
}  // namespace tessera
