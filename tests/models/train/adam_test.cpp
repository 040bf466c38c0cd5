#include "models/train/adam.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "support/optimizer_trial.hpp"
#include "support/plain_moments.hpp"

namespace tessera {
namespace {

using namespace test;

constexpr int kSteps = 50;
constexpr double kDecay = 0.1;

// One element, in double precision.
double by_hand(double w, int parameter, std::size_t element, double scale, WeightDecay decay,
               const MomentSettings& settings) {
  std::vector<double> history;
  for (int step = 0; step < kSteps; ++step) {
    const double slope = scale * trial_slope(step, parameter, element), shrinkage = settings.weight_decay * w;
    history.push_back(decay == WeightDecay::InGradient ? slope + shrinkage : slope);
    const double beside = decay == WeightDecay::Decoupled ? shrinkage : 0;
    w -= trial_rate(step) *
         (plain_direction(history, settings.beta1, settings.beta2, settings.epsilon) + beside);
  }
  return w;
}

template <class T>
class AdamOf : public testing::Test {
 public:
  static constexpr double kTolerance = std::is_same_v<T, float> ? 2e-6 : 1e-13;

  // Gradients of order 1, and so small that epsilon counts.
  static void expect_fifty_steps(WeightDecay decay, const MomentSettings& settings) {
    for (double scale : {1.0, 1e-5}) {
      ParameterStore parameters(trial_specs(), element_of<T>());
      initialize(parameters, 4);
      const auto first = values_of<T>(parameters);
      Adam adam(parameters, settings, decay);
      take_trial_steps<T>(parameters, adam, 0, kSteps, scale);
      for (int p = 0; p < parameters.count(); ++p)
        for (std::size_t i = 0; i < first[p].size(); ++i)
          EXPECT_NEAR(parameters.value<T>(p)[i], by_hand(first[p][i], p, i, scale, decay, settings),
                      kTolerance)
              << parameters.spec(p).name << " " << i << " scale " << scale;
    }
  }
};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(AdamOf, Elements);

TYPED_TEST(AdamOf, FiftyStepsEqualPlainLoopsWithTheDecayOfAllParametersInTheGradient) {
  TestFixture::expect_fifty_steps(WeightDecay::InGradient, {.weight_decay = kDecay});
}

TYPED_TEST(AdamOf, FiftyStepsEqualPlainLoopsWithTheDecayOfAllParametersBesideTheGradient) {
  TestFixture::expect_fifty_steps(WeightDecay::Decoupled, {.weight_decay = kDecay});
}

TYPED_TEST(AdamOf, FiftyStepsEqualPlainLoopsWithOtherBetasAndEpsilon) {
  TestFixture::expect_fifty_steps(WeightDecay::Decoupled, {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3});
}

// m and v are then g and g^2 after correction.
TYPED_TEST(AdamOf, TheFirstStepMovesEachElementByTheRateAgainstItsGradient) {
  ParameterStore parameters({{"w", {3}}}, element_of<TypeParam>());
  const auto gradient = parameters.gradient<TypeParam>(0);
  gradient[0] = 4, gradient[1] = TypeParam(-0.25), gradient[2] = 0;
  Adam(parameters, {}, WeightDecay::Decoupled).step(0.5, 0);
  const auto value = parameters.value<TypeParam>(0);
  EXPECT_NEAR(value[0], -0.5, 1e-5);
  EXPECT_NEAR(value[1], 0.5, 1e-5);
  EXPECT_EQ(value[2], 0);
}

}  // namespace
}  // namespace tessera
