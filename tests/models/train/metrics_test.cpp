#include "models/train/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera {
namespace {

NoGroupSum alone;

template <class T>
Tensor batch(const std::vector<double>& values) {
  Tensor tensor({static_cast<std::int64_t>(values.size() / 4), 4, Box::whole({}), element_of<T>()});
  for (std::size_t i = 0; i < values.size(); ++i) tensor.view().span<T>()[i] = static_cast<T>(values[i]);
  return tensor;
}

TEST(MeanAbsoluteError, IsTheMeanOverAllParametersOfTheSumsOfEach) {
  MeanAbsoluteError error(4);
  error.add(batch<float>({1, 2, 3, 4, 1, 2, 3, 4}).view(), batch<float>({1, 1, 5, 0, 2, 2, 3, 4}).view(), 2,
            alone);
  EXPECT_THAT(error.sums(), testing::ElementsAre(1, 1, 2, 4, 2));
  EXPECT_EQ(error.value(), 1);
}

TEST(MeanAbsoluteError, LeavesOutPaddedSamples) {
  MeanAbsoluteError error(4);
  error.add(batch<double>({1, 1, 1, 1, NAN, 9, 9, 9}).view(),
            batch<double>(std::vector<double>(8, 0.0)).view(), 1, alone);
  error.add(batch<double>({9, 9, 9, 9}).view(), batch<double>({0, 0, 0, 0}).view(), 0, alone);
  EXPECT_EQ(error.value(), 1);
}

TEST(MeanAbsoluteError, OfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(MeanAbsoluteError(4).value()));
}

// 13 samples over some processes, in batches of two that are filled up, every process group holding each
// `copies` times.
double over(int processes, int copies) {
  std::vector<double> total(5, 0.0);
  const auto value = [](int sample, int c) { return std::sin(1.0 + 4 * sample + c); };
  for (int process = 0; process < processes; ++process) {
    MeanAbsoluteError error(4);
    for (int sample = 13 * process / processes; sample < 13 * (process + 1) / processes; sample += 2) {
      const int counted = std::min(2, 13 * (process + 1) / processes - sample);
      std::vector<double> prediction(8, 99.0);
      for (int i = 0; i < 4 * counted; ++i)
        prediction[static_cast<std::size_t>(i)] = value(sample + i / 4, i % 4);
      error.add(batch<double>(prediction).view(), batch<double>(std::vector<double>(8, 0.0)).view(), counted,
                alone);
    }
    for (std::size_t i = 0; i < 5; ++i) total[i] += copies * error.sums()[i];
  }
  MeanAbsoluteError world(4);
  std::copy(total.begin(), total.end(), world.sums().begin());
  return world.value();
}

TEST(MeanAbsoluteError, DoesNotDependOnHowSamplesAreSpreadOverProcesses) {
  double expected = 0;
  for (int i = 0; i < 52; ++i) expected += std::abs(std::sin(1.0 + i)) / 52;
  for (int processes : {1, 2, 3, 5, 13, 16})
    for (int copies : {1, 4})
      EXPECT_NEAR(over(processes, copies), expected, 1e-14) << processes << " " << copies;
}

TEST(MeanAbsoluteError, SumsManySmallFloatErrorsWithoutLoss) {
  MeanAbsoluteError error(4);
  const Tensor prediction = batch<float>(std::vector<double>(4000, 1.1)),
               target = batch<float>(std::vector<double>(4000, 1.0));
  for (int i = 0; i < 2000; ++i) error.add(prediction.view(), target.view(), 1000, alone);
  EXPECT_NEAR(error.value(), static_cast<double>(1.1F) - 1.0, 1e-12);
}

}  // namespace
}  // namespace tessera
