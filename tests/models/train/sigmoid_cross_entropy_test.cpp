#include "models/train/sigmoid_cross_entropy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera {
namespace {

Tensor of_values(const std::vector<double>& values, std::int64_t samples) {
  Tensor tensor({samples, static_cast<std::int64_t>(values.size()) / samples, Box::whole({}), Element::F64});
  std::ranges::copy(values, tensor.view().span<double>().begin());
  return tensor;
}

TEST(SigmoidCrossEntropy, IsTheLogarithmOfTheProbabilityOfTheTruth) {
  const Tensor logits = of_values({0.3, -1.2, 2.0, 0.0}, 2), target = of_values({1, 0, 0.25, 1}, 2);
  Tensor gradient(logits.layout());
  const double loss = SigmoidCrossEntropy(2).share(logits.view(), target.view(), {0.5, 2}, gradient.view());
  double expected = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double s = 1 / (1 + std::exp(-logits.view().span<double>()[i]));
    const double t = target.view().span<double>()[i];
    expected -= (t * std::log(s) + (1 - t) * std::log(1 - s)) / 4;
    EXPECT_NEAR(gradient.view().span<double>()[i], (s - t) / 4, 1e-15);
  }
  EXPECT_NEAR(loss, expected, 1e-15);
}

TEST(SigmoidCrossEntropy, OfLargeLogitsIsFinite) {
  const Tensor logits = of_values({800, -800}, 2), target = of_values({0, 0}, 2);
  Tensor gradient(logits.layout());
  EXPECT_EQ(SigmoidCrossEntropy(1).share(logits.view(), target.view(), {1, 2}, gradient.view()), 800);
  EXPECT_EQ(gradient.view().span<double>()[0], 1);
  EXPECT_EQ(gradient.view().span<double>()[1], 0);
}

TEST(SigmoidCrossEntropy, GradientIsTheFiniteDifferenceOfTheShare) {
  Tensor logits = of_values({0.3, -1.2, 2.0, 0.1, 5.0, -4.0}, 3);
  const Tensor target = of_values({1, 0, 0.25, 1, 0, 0.5}, 3);
  Tensor gradient(logits.layout()), unused(logits.layout());
  const SigmoidCrossEntropy loss(2);
  const LossScale counted{1.0 / 3, 2};  // the third sample is padding
  loss.share(logits.view(), target.view(), counted, gradient.view());
  const double h = 1e-5;
  for (double& logit : logits.view().span<double>()) {
    const double kept = logit;
    logit = kept + h;
    const double above = loss.share(logits.view(), target.view(), counted, unused.view());
    logit = kept - h;
    const double below = loss.share(logits.view(), target.view(), counted, unused.view());
    logit = kept;
    const auto i = static_cast<std::size_t>(&logit - logits.view().data<double>());
    EXPECT_NEAR(gradient.view().span<double>()[i], (above - below) / (2 * h), 1e-9);
  }
}

}  // namespace
}  // namespace tessera
