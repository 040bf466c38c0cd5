#include "models/train/optimizer.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "models/train/adam.hpp"
#include "models/train/lamb.hpp"
#include "models/train/sgd.hpp"
#include "support/optimizer_trial.hpp"

// What every optimizer promises.
namespace tessera {
namespace {

using namespace test;

struct Kind {
  const char* name;
  std::vector<std::string> states;
  std::function<std::unique_ptr<Optimizer>(ParameterStore&)> make;
  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

const MomentSettings kSettings{.weight_decay = 0.01};

const Kind kKinds[] = {
    {"Sgd", {"momentum"}, [](ParameterStore& store) { return std::make_unique<Sgd>(store, 0.9, 0.03); }},
    {"Adam",
     {"exp_avg", "exp_avg_sq"},
     [](ParameterStore& store) { return std::make_unique<Adam>(store, kSettings, WeightDecay::InGradient); }},
    {"AdamW",
     {"exp_avg", "exp_avg_sq"},
     [](ParameterStore& store) { return std::make_unique<Adam>(store, kSettings, WeightDecay::Decoupled); }},
    {"Lamb", {"exp_avg", "exp_avg_sq"}, [](ParameterStore& store) {
       return std::make_unique<Lamb>(store, kSettings);
     }}};

class EveryOptimizer : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Of, EveryOptimizer, testing::ValuesIn(kKinds),
                         [](const auto& test) { return test.param.name; });

template <class T>
void expect_zero_padding(const ParameterStore& parameters, const std::byte* flat) {
  for (int p = 0; p < parameters.count(); ++p)
    for (std::size_t i = parameters.offset(p) + static_cast<std::size_t>(parameters.spec(p).count());
         i < parameters.offset(p + 1); ++i)
      EXPECT_EQ(reinterpret_cast<const T*>(flat)[i], 0) << parameters.spec(p).name;
}

template <class T>
void expect_padding_and_gradients_are_left(const Kind& kind) {
  ParameterStore parameters(trial_specs(), element_of<T>());
  initialize(parameters, 4);
  const auto optimizer = kind.make(parameters);
  take_trial_steps<T>(parameters, *optimizer, 0, 3);
  expect_zero_padding<T>(parameters, parameters.values());
  for (const OptimizerState& state : optimizer->state()) expect_zero_padding<T>(parameters, state.values);
  for (int p = 0; p < parameters.count(); ++p)
    for (std::size_t i = 0; i < parameters.gradient<T>(p).size(); ++i)
      EXPECT_EQ(parameters.gradient<T>(p)[i], static_cast<T>(trial_slope(2, p, i)));
}

TEST_P(EveryOptimizer, LeavesThePaddingZeroAndTheGradientsAlone) {
  expect_padding_and_gradients_are_left<float>(GetParam());
  expect_padding_and_gradients_are_left<double>(GetParam());
}

TEST_P(EveryOptimizer, WithoutParametersDoesNothing) {
  ParameterStore parameters({}, Element::F32);
  GetParam().make(parameters)->step(0.1, 0);
}

TEST_P(EveryOptimizer, GoesOnToTheSameBitsFromItsStateTheValuesAndTheNumberOfSteps) {
  ParameterStore one(trial_specs(), Element::F32), other(trial_specs(), Element::F32);
  initialize(one, 4);
  const auto first = GetParam().make(one), second = GetParam().make(other);
  take_trial_steps<float>(one, *first, 0, 3);

  std::memcpy(other.values(), one.values(), one.bytes());
  const auto from = first->state(), to = second->state();
  ASSERT_EQ(from.size(), GetParam().states.size());
  for (std::size_t s = 0; s < from.size(); ++s) {
    EXPECT_EQ(from[s].name, GetParam().states[s]);
    std::memcpy(to[s].values, from[s].values, one.bytes());
  }
  take_trial_steps<float>(one, *first, 3, 6);
  take_trial_steps<float>(other, *second, 3, 6);
  EXPECT_EQ(std::memcmp(one.values(), other.values(), one.bytes()), 0);
}

TEST_P(EveryOptimizer, GivesTheSameBitsWithATeamOfAnySize) {
  std::vector<ParameterSpec> specs = trial_specs();
  specs.push_back({"large/kernel", {300, 150}, Initializer::GlorotUniform, true});
  const int usual = omp_get_max_threads();
  std::vector<std::vector<std::byte>> results;
  for (int threads : {1, 2, 3, 7}) {
    omp_set_num_threads(threads);
    ParameterStore parameters(specs, Element::F32);
    initialize(parameters, 4);
    take_trial_steps<float>(parameters, *GetParam().make(parameters), 0, 5);
    results.emplace_back(parameters.values(), parameters.values() + parameters.bytes());
  }
  omp_set_num_threads(usual);
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

}  // namespace
}  // namespace tessera
