#include "models/train/accuracy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tessera {
namespace {

Tensor row_of(std::int64_t samples, std::int64_t channels, const std::vector<double>& values) {
  Tensor tensor({samples, channels, Box::whole({}), Element::F64});
  std::ranges::copy(values, tensor.view().span<double>().begin());
  return tensor;
}

double value_of(Metric&& metric, const Tensor& prediction, const Tensor& target, std::int64_t counted) {
  NoGroupSum alone;
  metric.add(prediction.view(), target.view(), counted, alone);
  return metric.value();
}

TEST(Accuracy, IsTheShareOfSamplesWhoseLargestValueIsTheirClass) {
  const Tensor prediction = row_of(4, 3, {1, 5, 2, 7, 5, 2, 0, 0, 0, 9, 9, 9});
  EXPECT_EQ(value_of(TopAccuracy(1), prediction, row_of(4, 1, {1, 1, 0, 2}), 4), 0.5)
      << "the first of equals";
  EXPECT_EQ(value_of(TopAccuracy(1), prediction, row_of(4, 1, {1, 1, 0, 2}), 3), 2.0 / 3) << "padding";
  EXPECT_EQ(value_of(TopAccuracy(1), prediction, row_of(4, 3, {0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1}), 4), 0.5);
}

TEST(Accuracy, CountsTheClassesThatArePredictedBeforeTheTrueOne) {
  const Tensor prediction = row_of(1, 8, {0.1, 0.9, 0.4, 0.4, 0.7, 0.6, 0.2, 0.3});
  // In order: 1, 4, 5, 2, 3, 7, 6, 0.
  for (const auto& [label, right] : std::vector<std::pair<double, double>>{{1, 1}, {3, 1}, {7, 0}, {0, 0}})
    EXPECT_EQ(value_of(TopAccuracy(5), prediction, row_of(1, 1, {label}), 1), right) << label;
}

TEST(Accuracy, OfWhatIsNotANumberIsNone) {
  const Tensor prediction = row_of(2, 2, {NAN, 1, NAN, NAN});
  EXPECT_EQ(value_of(TopAccuracy(1), prediction, row_of(2, 1, {1, 0}), 2), 0);
  EXPECT_EQ(value_of(BinaryAccuracy(0), prediction, row_of(2, 2, {1, 1, 0, 1}), 2), 0.25);
}

TEST(Accuracy, OfYesAndNoComparesWithAThreshold) {
  const Tensor prediction = row_of(4, 1, {-2, 0.4, 0.6, 3});
  const Tensor target = row_of(4, 1, {0, 1, 0, 1});
  EXPECT_EQ(value_of(BinaryAccuracy(0), prediction, target, 4), 0.75);
  EXPECT_EQ(value_of(BinaryAccuracy(0.5), prediction, target, 4), 0.5);
}

}  // namespace
}  // namespace tessera
