#include "models/train/sgd.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>
#include <vector>

#include "support/optimizer_trial.hpp"

namespace tessera {
namespace {

using namespace test;

// The same, one element at a time, in double precision.
double by_hand(double w, int parameter, std::size_t element, int steps, double momentum, double l2,
               Momentum kind) {
  double v = 0;
  for (int step = 0; step < steps; ++step) {
    const double change = trial_rate(step) * (trial_slope(step, parameter, element) + 2 * l2 * w);
    v = momentum * v - change;
    w += kind == Momentum::Plain ? v : momentum * v - change;
  }
  return w;
}

template <class T>
class SgdOf : public testing::Test {};
using Elements = testing::Types<float, double>;
TYPED_TEST_SUITE(SgdOf, Elements);

TYPED_TEST(SgdOf, FiftyStepsEqualAPlainLoopWithL2OnTheDecayedParametersOnly) {
  using Case = std::pair<double, Momentum>;
  for (const auto& [momentum, kind] :
       {Case{0.9, Momentum::Plain}, Case{0.0, Momentum::Plain}, Case{0.9, Momentum::Nesterov}}) {
    ParameterStore parameters(trial_specs(), element_of<TypeParam>());
    initialize(parameters, 4);
    const auto first = values_of<TypeParam>(parameters);
    Sgd sgd(parameters, momentum, 0.03, kind);
    take_trial_steps<TypeParam>(parameters, sgd, 0, 50);
    const double tolerance = std::is_same_v<TypeParam, float> ? 2e-6 : 1e-14;
    for (int p = 0; p < parameters.count(); ++p)
      for (std::size_t i = 0; i < first[p].size(); ++i)
        EXPECT_NEAR(parameters.value<TypeParam>(p)[i],
                    by_hand(first[p][i], p, i, 50, momentum, parameters.spec(p).decayed ? 0.03 : 0.0, kind),
                    tolerance)
            << parameters.spec(p).name << " " << i;
  }
}

}  // namespace
}  // namespace tessera
