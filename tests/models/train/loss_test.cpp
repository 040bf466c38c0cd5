#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "models/train/mean_squared_error.hpp"

namespace tessera {
namespace {

template <class T>
Tensor filled(const Layout& layout, const std::vector<double>& values) {
  Tensor tensor(layout);
  const std::span<T> elements = tensor.view().span<T>();
  EXPECT_EQ(elements.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) elements[i] = static_cast<T>(values[i]);
  return tensor;
}

std::vector<double> waves(std::size_t count, double pace) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(pace * static_cast<double>(i + 1));
  return values;
}

Layout heads(std::int64_t samples, Element element) {
  return {samples, 4, Box::whole({}), element};
}

template <class T>
class MeanSquaredErrorOf : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(MeanSquaredErrorOf, Elements);

TYPED_TEST(MeanSquaredErrorOf, TwoSamplesIsWhatOneComputesByHand) {
  const Layout layout = heads(2, element_of<TypeParam>());
  const Tensor prediction = filled<TypeParam>(layout, {1, 2, 3, 4, 0, 0, 0, 0});
  const Tensor target = filled<TypeParam>(layout, {1, 1, 1, 1, 2, 0, -2, 0});
  Tensor gradient(layout);
  // Squares 0 1 4 9 and 4 0 4 0: (14/4 + 8/4) / 2; gradient 2 (p - t) / 8.
  EXPECT_DOUBLE_EQ(MeanSquaredError(4).share(prediction.view(), target.view(), {0.5, 2}, gradient.view()),
                   2.75);
  const std::vector<double> expected{0, 0.25, 0.5, 0.75, -0.5, 0, 0.5, 0};
  for (std::size_t i = 0; i < 8; ++i)
    EXPECT_DOUBLE_EQ(gradient.view().template span<TypeParam>()[i], expected[i]) << i;
}

TYPED_TEST(MeanSquaredErrorOf, PaddedSamplesHasNoShareAndNoGradient) {
  const Layout layout = heads(3, element_of<TypeParam>());
  const Tensor prediction = filled<TypeParam>(layout, {1, 1, 1, 1, 9, 9, 9, 9, NAN, 9, 9, 9});
  const Tensor target = filled<TypeParam>(layout, std::vector<double>(12, 0.0));
  Tensor gradient = filled<TypeParam>(layout, std::vector<double>(12, 7.0));
  EXPECT_DOUBLE_EQ(MeanSquaredError(4).share(prediction.view(), target.view(), {1, 1}, gradient.view()), 1);
  for (std::size_t i = 0; i < 12; ++i)
    EXPECT_EQ(gradient.view().template span<TypeParam>()[i], i < 4 ? TypeParam(0.5) : TypeParam(0)) << i;
}

TYPED_TEST(MeanSquaredErrorOf, NoSamplesIsZero) {
  const Layout layout = heads(1, element_of<TypeParam>());
  const Tensor some = filled<TypeParam>(layout, {1, 2, 3, 4});
  Tensor gradient(layout);
  EXPECT_EQ(MeanSquaredError(4).share(some.view(), some.view(), {1, 0}, gradient.view()), 0);
}

TEST(MeanSquaredError, GradientIsTheFiniteDifferenceOfTheShare) {
  const Layout layout = heads(3, Element::F64);
  Tensor prediction = filled<double>(layout, waves(12, 0.7));
  const Tensor target = filled<double>(layout, waves(12, 1.3));
  Tensor gradient(layout), unused(layout);
  const MeanSquaredError loss(4);
  const LossScale share{1.0 / 24, 3};
  loss.share(prediction.view(), target.view(), share, gradient.view());
  const double h = 1e-5;
  for (double& element : prediction.view().span<double>()) {
    const double kept = element;
    element = kept + h;
    const double above = loss.share(prediction.view(), target.view(), share, unused.view());
    element = kept - h;
    const double below = loss.share(prediction.view(), target.view(), share, unused.view());
    element = kept;
    const auto i = static_cast<std::size_t>(&element - prediction.view().data<double>());
    EXPECT_NEAR(gradient.view().span<double>()[i], (above - below) / (2 * h), 1e-9);
  }
}

// A global batch of 6 samples over processes that hold some samples each, every sample on `copies` of them.
double summed_share(const std::vector<std::int64_t>& samples_of, int copies) {
  const std::vector<double> prediction = waves(24, 0.7), target = waves(24, 1.3);
  double sum = 0;
  std::ptrdiff_t first = 0;
  for (std::int64_t samples : samples_of) {
    const Layout layout = heads(samples, Element::F64);
    const auto part = [&](const std::vector<double>& all) {
      return filled<double>(layout, {all.begin() + first, all.begin() + first + 4 * samples});
    };
    Tensor gradient(layout);
    for (int copy = 0; copy < copies; ++copy)
      sum += MeanSquaredError(4).share(part(prediction).view(), part(target).view(),
                                       {1.0 / (6 * copies), samples}, gradient.view());
    first += 4 * samples;
  }
  return sum;
}

TEST(MeanSquaredError, SharesOfAllProcessesSumToTheLossOfTheGlobalBatch) {
  double whole = 0;
  const std::vector<double> prediction = waves(24, 0.7), target = waves(24, 1.3);
  for (std::size_t i = 0; i < 24; ++i) whole += std::pow(prediction[i] - target[i], 2) / 24;
  EXPECT_NEAR(summed_share({6}, 1), whole, 1e-15);
  EXPECT_NEAR(summed_share({3, 3}, 1), whole, 1e-15);
  EXPECT_NEAR(summed_share({1, 2, 3}, 1), whole, 1e-15);
  EXPECT_NEAR(summed_share({3, 3}, 4), whole, 1e-15);
}

TEST(MeanSquaredError, SharesOfTheBoxesOfASplitOutputSumToTheWhole) {
  const Box whole_box = Box::whole({5, 2, 1});
  const Layout layout{2, 3, whole_box, Element::F64};
  const Tensor prediction = filled<double>(layout, waves(60, 0.7)),
               target = filled<double>(layout, waves(60, 1.3));
  Tensor gradient(layout), joined(layout);
  const MeanSquaredError loss(30);
  const double whole = loss.share(prediction.view(), target.view(), {0.5, 2}, gradient.view());

  double sum = 0;
  for (Interval rows : {Interval{0, 2}, Interval{2, 2}, Interval{2, 5}}) {
    Layout part = layout;
    part.box.d = rows;
    Tensor p(part), t(part), g(part);
    copy_box(prediction.view(), p.view(), part.box);
    copy_box(target.view(), t.view(), part.box);
    sum += loss.share(p.view(), t.view(), {0.5, 2}, g.view());
    copy_box(g.view(), joined.view(), part.box);
  }
  EXPECT_NEAR(sum, whole, 1e-15);
  for (std::size_t i = 0; i < 60; ++i)
    EXPECT_EQ(joined.view().span<double>()[i], gradient.view().span<double>()[i]);
}

}  // namespace
}  // namespace tessera
