#include "models/train/gradient_accumulator.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/optimizer_trial.hpp"

namespace tessera {
namespace {

using namespace test;

template <class T>
class GradientAccumulatorOf : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(GradientAccumulatorOf, Elements);

// Micro-batches first .. last - 1, as a trainer takes them: backward, then each parameter in turn.
template <class T>
void accumulate(ParameterStore& parameters, GradientAccumulator& accumulator, int first, int last) {
  for (int batch = first; batch < last; ++batch) {
    set_trial_gradients<T>(parameters, batch);
    for (int p = 0; p < parameters.count(); ++p)
      batch + 1 < last ? accumulator.keep(p) : accumulator.complete(p);
  }
}

template <class T>
void expect_sum(ParameterStore& parameters, int first, int last) {
  for (int p = 0; p < parameters.count(); ++p)
    for (std::size_t i = 0; i < parameters.gradient<T>(p).size(); ++i) {
      T sum = 0;
      for (int batch = first; batch < last; ++batch) sum += static_cast<T>(trial_slope(batch, p, i));
      EXPECT_EQ(parameters.gradient<T>(p)[i], sum) << parameters.spec(p).name << " " << i;
    }
}

TYPED_TEST(GradientAccumulatorOf, MakesTheGradientTheSumOverTheMicroBatchesInTheirOrder) {
  ParameterStore parameters(trial_specs(), element_of<TypeParam>());
  GradientAccumulator accumulator(parameters);
  accumulate<TypeParam>(parameters, accumulator, 0, 4);
  expect_sum<TypeParam>(parameters, 0, 4);
}

TYPED_TEST(GradientAccumulatorOf, KeepsNothingFromOneStepToTheNext) {
  ParameterStore parameters(trial_specs(), element_of<TypeParam>());
  GradientAccumulator accumulator(parameters);
  accumulate<TypeParam>(parameters, accumulator, 0, 3);
  accumulate<TypeParam>(parameters, accumulator, 3, 5);
  expect_sum<TypeParam>(parameters, 3, 5);
  accumulate<TypeParam>(parameters, accumulator, 5, 6);
  expect_sum<TypeParam>(parameters, 5, 6);
}

}  // namespace
}  // namespace tessera
