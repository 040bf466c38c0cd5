#include "models/train/weighted_cross_entropy.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <type_traits>
#include <vector>

#include "support/numbers.hpp"

namespace tessera {
namespace {

using test::random_tensor;

constexpr Extents kSpace{1, 5, 7};
constexpr std::int64_t kPixels = 35;

const std::vector<double> kWeights = {1.0, 2.5, 1.75};

// Labels of all three classes, some next to each other.
template <class T>
Tensor labels(const Layout& of) {
  Tensor tensor({of.n, 1, of.box, of.element});
  const std::span<T> values = tensor.view().span<T>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i * i / 3 % 3);
  return tensor;
}

// The definition, in extended precision: no maximum taken off, nothing shared between pixels.
double by_definition(const Tensor& logits, const Tensor& label, double weight, std::int64_t counted) {
  long double sum = 0;
  const std::int64_t pixels = counted * logits.layout().box.count();
  for (std::int64_t i = 0; i < pixels; ++i) {
    const double* x = logits.view().data<double>() + 3 * i;
    const int y = static_cast<int>(label.view().data<double>()[i]);
    const long double all = std::exp(static_cast<long double>(x[0])) +
                            std::exp(static_cast<long double>(x[1])) +
                            std::exp(static_cast<long double>(x[2]));
    sum -= static_cast<long double>(kWeights[static_cast<std::size_t>(y)]) *
           std::log(std::exp(static_cast<long double>(x[y])) / all);
  }
  return static_cast<double>(sum * weight / kPixels);
}

template <class T>
double share_of(const std::vector<double>& logits, double label, std::vector<double>* gradient = nullptr) {
  const Layout layout{1, 3, Box::whole({}), element_of<T>()};
  Tensor x(layout), y({1, 1, layout.box, layout.element}), g(layout);
  for (std::size_t c = 0; c < 3; ++c) x.view().span<T>()[c] = static_cast<T>(logits[c]);
  y.view().span<T>()[0] = static_cast<T>(label);
  const double share = WeightedCrossEntropy(kWeights, 1).share(x.view(), y.view(), {1, 1}, g.view());
  if (gradient) gradient->assign(g.view().span<T>().begin(), g.view().span<T>().end());
  return share;
}

template <class T>
class WeightedCrossEntropyOf : public testing::Test {
 public:
  static constexpr double kTolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(WeightedCrossEntropyOf, Elements);

// softmax(0, ln 2, ln 5) = 1/8, 2/8, 5/8.
TYPED_TEST(WeightedCrossEntropyOf, OnePixelIsWhatOneComputesByHand) {
  const std::vector<double> logits = {0, std::log(2.0), std::log(5.0)};
  std::vector<double> gradient;
  EXPECT_NEAR(share_of<TypeParam>(logits, 1, &gradient), 2.5 * std::log(4.0), TestFixture::kTolerance);
  EXPECT_NEAR(gradient[0], 2.5 / 8, TestFixture::kTolerance);
  EXPECT_NEAR(gradient[1], 2.5 * (2.0 / 8 - 1), TestFixture::kTolerance);
  EXPECT_NEAR(gradient[2], 2.5 * 5 / 8, TestFixture::kTolerance);
  EXPECT_NEAR(share_of<TypeParam>(logits, 0), std::log(8.0), TestFixture::kTolerance);
  EXPECT_NEAR(share_of<TypeParam>(logits, 2), 1.75 * std::log(1.6), TestFixture::kTolerance);
}

TYPED_TEST(WeightedCrossEntropyOf, IsMeantOverPixelsAndNotDividedByTheWeights) {
  const Tensor logits = random_tensor<double>(3, 3, kSpace, 1);
  const Tensor label = labels<double>(logits.layout());
  Tensor x(Layout{3, 3, Box::whole(kSpace), element_of<TypeParam>()}), gradient(x.layout());
  for (std::size_t i = 0; i < x.view().template span<TypeParam>().size(); ++i)
    x.view().template span<TypeParam>()[i] = static_cast<TypeParam>(logits.view().span<double>()[i]);
  EXPECT_NEAR(WeightedCrossEntropy(kWeights, kPixels)
                  .share(x.view(), labels<TypeParam>(x.layout()).view(), {0.25, 3}, gradient.view()),
              by_definition(logits, label, 0.25, 3), TestFixture::kTolerance);
}

TYPED_TEST(WeightedCrossEntropyOf, HugeLogitsOverflowNothing) {
  std::vector<double> gradient;
  EXPECT_NEAR(share_of<TypeParam>({3e4, -3e4, 0}, 1, &gradient), 2.5 * 6e4, 1e-2);
  EXPECT_EQ(gradient, (std::vector<double>{2.5, -2.5, 0}));
  EXPECT_EQ(share_of<TypeParam>({-3e4, -3e4, 3e4}, 2, &gradient), 0);
  EXPECT_EQ(gradient, (std::vector<double>{0, 0, 0}));
  EXPECT_TRUE(std::isnan(share_of<TypeParam>({NAN, 0, 0}, 0)));
}

TYPED_TEST(WeightedCrossEntropyOf, PaddedSamplesHaveNoShareAndNoGradient) {
  const Tensor logits = random_tensor<TypeParam>(2, 3, kSpace, 1);
  Tensor both(logits.layout()), one(logits.layout()), dirty(logits.layout());
  const Tensor label = labels<TypeParam>(logits.layout());
  const WeightedCrossEntropy loss(kWeights, kPixels);
  for (TypeParam& g : dirty.view().template span<TypeParam>()) g = 7;
  loss.share(logits.view(), label.view(), {1, 2}, both.view());
  loss.share(logits.view(), label.view(), {1, 1}, dirty.view());
  EXPECT_LT(loss.share(logits.view(), label.view(), {1, 1}, one.view()),
            loss.share(logits.view(), label.view(), {1, 2}, both.view()));
  for (std::size_t i = 0; i < 6 * kPixels; ++i)
    EXPECT_EQ(dirty.view().template span<TypeParam>()[i],
              i < 3 * kPixels ? both.view().template span<TypeParam>()[i] : 0)
        << i;
}

TYPED_TEST(WeightedCrossEntropyOf, AnEmptyBoxHasNoShare) {
  const Layout layout{2, 3, {{0, 1}, {3, 3}, {0, 7}}, element_of<TypeParam>()};
  Tensor logits(layout), gradient(layout), label({2, 1, layout.box, layout.element});
  EXPECT_EQ(
      WeightedCrossEntropy(kWeights, kPixels).share(logits.view(), label.view(), {1, 2}, gradient.view()), 0);
}

TEST(WeightedCrossEntropy, GradientIsTheFiniteDifferenceOfTheShare) {
  Tensor logits = random_tensor<double>(2, 3, kSpace, 1);
  const Tensor label = labels<double>(logits.layout());
  Tensor gradient(logits.layout()), unused(logits.layout());
  const WeightedCrossEntropy loss(kWeights, kPixels);
  const LossScale share{0.5, 2};
  loss.share(logits.view(), label.view(), share, gradient.view());
  const double h = 1e-5;
  for (std::size_t i = 0; i < logits.view().span<double>().size(); ++i) {
    double& element = logits.view().span<double>()[i];
    const double kept = element;
    element = kept + h;
    const double above = loss.share(logits.view(), label.view(), share, unused.view());
    element = kept - h;
    const double below = loss.share(logits.view(), label.view(), share, unused.view());
    element = kept;
    EXPECT_NEAR(gradient.view().span<double>()[i], (above - below) / (2 * h), 1e-10) << i;
  }
}

TEST(WeightedCrossEntropy, SharesAndGradientsOfTheBoxesOfASampleAreThoseOfTheWhole) {
  const Tensor logits = random_tensor<double>(2, 3, kSpace, 1);
  const Tensor label = labels<double>(logits.layout());
  Tensor gradient(logits.layout()), joined(logits.layout());
  const WeightedCrossEntropy loss(kWeights, kPixels);
  const LossScale share{0.5, 2};
  const double whole = loss.share(logits.view(), label.view(), share, gradient.view());

  double sum = 0;
  for (Interval rows : {Interval{0, 2}, Interval{2, 2}, Interval{2, 5}})
    for (Interval columns : {Interval{0, 6}, Interval{6, 7}}) {
      const Box box{{0, 1}, rows, columns};
      Tensor x({2, 3, box, Element::F64}), y({2, 1, box, Element::F64}), g(x.layout());
      if (!box.empty()) {
        copy_box(logits.view(), x.view(), box);
        copy_box(label.view(), y.view(), box);
      }
      sum += loss.share(x.view(), y.view(), share, g.view());
      if (!box.empty()) copy_box(g.view(), joined.view(), box);
    }
  EXPECT_NEAR(sum, whole, 1e-15);
  for (std::size_t i = 0; i < gradient.view().span<double>().size(); ++i)
    EXPECT_EQ(joined.view().span<double>()[i], gradient.view().span<double>()[i]) << i;
}

TEST(WeightedCrossEntropy, GivesTheSameBitsWithATeamOfAnySize) {
  const Tensor logits = random_tensor<float>(1, 3, {1, 60, 70}, 1);
  const Tensor label = labels<float>(logits.layout());
  Tensor gradient(logits.layout());
  const int usual = omp_get_max_threads();
  std::vector<double> shares;
  for (int threads : {1, 2, 3, 7}) {
    omp_set_num_threads(threads);
    shares.push_back(
        WeightedCrossEntropy(kWeights, 4200).share(logits.view(), label.view(), {1, 1}, gradient.view()));
  }
  omp_set_num_threads(usual);
  for (double share : shares) EXPECT_EQ(share, shares.front());
}

TEST(WeightedCrossEntropy, WeighsTheClassesOfDeepcamAsTheReferenceDoes) {
  const std::vector<double> weights = deepcam_class_weights();
  ASSERT_EQ(weights.size(), 3U);
  // 1 / f = weight^8, by three squarings.
  const double frequencies[] = {0.986267818390377, 0.0004578708870701058, 0.01327431072255291};
  for (std::size_t c = 0; c < 3; ++c) {
    const double squared = weights[c] * weights[c], fourth = squared * squared;
    EXPECT_NEAR(fourth * fourth * frequencies[c], 1, 1e-14);
  }
  EXPECT_NEAR(weights[0], 1.002, 5e-4);
  EXPECT_NEAR(weights[1], 2.615, 5e-4);
  EXPECT_NEAR(weights[2], 1.716, 5e-4);
}

}  // namespace
}  // namespace tessera
