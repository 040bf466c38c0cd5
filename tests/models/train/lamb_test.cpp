#include "models/train/lamb.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "support/optimizer_trial.hpp"
#include "support/plain_moments.hpp"

namespace tessera {
namespace {

using namespace test;
using Tensors = std::vector<std::vector<double>>;  // by parameter

constexpr int kLambSteps = 50;

double norm(const std::vector<double>& values) {
  double squares = 0;
  for (double value : values) squares += value * value;
  return std::sqrt(squares);
}

// LAMB as the paper has it, with FusedLAMB's clipping, in double precision: whole tensors, the history kept.
class PlainLamb {
 public:
  PlainLamb(Tensors values, const MomentSettings& settings)
      : values_(std::move(values)), settings_(settings) {
    for (const auto& tensor : values_) history_.emplace_back(tensor.size());
  }

  void step(double rate, Tensors gradients) {
    double norm_of_all = 0;
    for (const auto& gradient : gradients) norm_of_all = std::hypot(norm_of_all, norm(gradient));
    const double clip = std::min(1.0, 1.0 / norm_of_all);
    for (std::size_t p = 0; p < values_.size(); ++p) {
      std::vector<double> update(values_[p].size());
      for (std::size_t i = 0; i < update.size(); ++i) {
        history_[p][i].push_back(clip * gradients[p][i]);
        update[i] = plain_direction(history_[p][i], settings_.beta1, settings_.beta2, settings_.epsilon) +
                    settings_.weight_decay * values_[p][i];
      }
      double trust = 1;
      if (settings_.weight_decay != 0 && norm(values_[p]) > 0 && norm(update) > 0)
        trust = norm(values_[p]) / norm(update);
      for (std::size_t i = 0; i < update.size(); ++i) values_[p][i] -= rate * trust * update[i];
    }
  }
  const Tensors& values() const { return values_; }

 private:
  Tensors values_;
  MomentSettings settings_;
  std::vector<std::vector<std::vector<double>>> history_;  // by parameter, element, step
};

Tensors gradients_of(const Tensors& values, int step, double scale) {
  Tensors gradients = values;
  for (std::size_t p = 0; p < values.size(); ++p)
    for (std::size_t i = 0; i < values[p].size(); ++i)
      gradients[p][i] = scale * trial_slope(step, static_cast<int>(p), i);
  return gradients;
}

template <class T>
class LambOf : public testing::Test {
 public:
  static constexpr double kTolerance = std::is_same_v<T, float> ? 2e-6 : 1e-13;

  static void expect_steps(const std::vector<ParameterSpec>& specs, const MomentSettings& settings,
                           double scale, int steps) {
    ParameterStore parameters(specs, element_of<T>());
    initialize(parameters, 4);
    PlainLamb plain(values_of<T>(parameters), settings);
    Lamb lamb(parameters, settings);
    for (int step = 0; step < steps; ++step)
      plain.step(trial_rate(step), gradients_of(plain.values(), step, scale));
    take_trial_steps<T>(parameters, lamb, 0, steps, scale);
    for (int p = 0; p < parameters.count(); ++p)
      for (std::size_t i = 0; i < plain.values()[p].size(); ++i)
        EXPECT_NEAR(parameters.value<T>(p)[i], plain.values()[p][i], kTolerance)
            << parameters.spec(p).name << " " << i << " scale " << scale;
  }
};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(LambOf, Elements);

// The norm of all gradients is about 11, 0.11, and 1e-4, where epsilon counts.
TYPED_TEST(LambOf, FiftyStepsEqualPlainLoopsWithGradientsClippedNotClippedAndTiny) {
  for (double scale : {1.0, 0.01, 1e-5})
    TestFixture::expect_steps(trial_specs(), {.weight_decay = 0.01}, scale, kLambSteps);
}

TYPED_TEST(LambOf, FiftyStepsEqualPlainLoopsWithOtherBetasAndEpsilon) {
  TestFixture::expect_steps(
      trial_specs(), {.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3, .weight_decay = 0.3}, 0.01, kLambSteps);
}

TYPED_TEST(LambOf, WithoutWeightDecayTrustsNoParameterMoreThanAnother) {
  TestFixture::expect_steps(trial_specs(), {.weight_decay = 0}, 0.01, kLambSteps);
}

TYPED_TEST(LambOf, TakesTheNormsOfALargeParameterOverAllOfIt) {
  TestFixture::expect_steps({{"bias", {5}}, {"kernel", {211, 200}, Initializer::GlorotUniform}},
                            {.weight_decay = 0.01}, 1, 3);
}

// One parameter 3, 4 with the gradient 6, 8, which is clipped to 0.6, 0.8: after the first step's correction
// the direction is 1, 1 whatever the gradient.
TYPED_TEST(LambOf, TheFirstStepIsWhatOneComputesByHand) {
  ParameterStore parameters({{"w", {2}}}, element_of<TypeParam>());
  const auto value = parameters.value<TypeParam>(0), gradient = parameters.gradient<TypeParam>(0);
  value[0] = 3, value[1] = 4, gradient[0] = 6, gradient[1] = 8;
  Lamb lamb(parameters, {.epsilon = 0x1p-60, .weight_decay = 0.5});
  lamb.step(0.1, 0);
  const double trust = 5 / std::hypot(2.5, 3.0);
  EXPECT_NEAR(value[0], 3 - 0.1 * trust * 2.5, 1e-6);
  EXPECT_NEAR(value[1], 4 - 0.1 * trust * 3, 1e-6);
  const auto* m = reinterpret_cast<const TypeParam*>(lamb.state()[0].values);
  const auto* v = reinterpret_cast<const TypeParam*>(lamb.state()[1].values);
  EXPECT_NEAR(m[0], 0.06, 1e-8);
  EXPECT_NEAR(m[1], 0.08, 1e-8);
  EXPECT_NEAR(v[0], 0.00036, 1e-9);
  EXPECT_NEAR(v[1], 0.00064, 1e-9);
}

TYPED_TEST(LambOf, AParameterOfZerosMovesByThePlainRateAndOneThatHasNoGradientEverBecauseOfItsDecay) {
  ParameterStore parameters({{"zeros", {2}}, {"still", {1}}, {"neither", {4}}}, element_of<TypeParam>());
  parameters.gradient<TypeParam>(0)[0] = TypeParam(0.5);
  parameters.value<TypeParam>(1)[0] = 2;
  Lamb(parameters, {.epsilon = 0x1p-60, .weight_decay = 0.01}).step(0.25, 0);
  EXPECT_NEAR(parameters.value<TypeParam>(0)[0], -0.25, 1e-6);
  EXPECT_EQ(parameters.value<TypeParam>(0)[1], 0);
  // u = 0.01 w and |w| / |u| = 100: the decay's own size doesn't matter where it is all of the update.
  EXPECT_NEAR(parameters.value<TypeParam>(1)[0], 2 - 0.25 * 2, 1e-6);
  for (TypeParam value : parameters.value<TypeParam>(2)) EXPECT_EQ(value, 0);
}

}  // namespace
}  // namespace tessera
