#pragma once

#include <array>

#include "models/train/metrics.hpp"

namespace tessera {

/// The share of positions (pixels; samples, where the network gives one answer a sample) whose true class is
/// among the `top` largest of the C predicted values; of equal ones the first counts as larger, and what is
/// not a number as larger than all.
class TopAccuracy final : public Metric {
 public:
  explicit TopAccuracy(std::int64_t top) : top_(top) {}

  /// target: class indices 0 .. C - 1 as numbers, C = 1; or of the prediction's layout, the class being the
  /// largest. Elements F32 or F64.
  void add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
           GroupSum& spatial) override;

  /// How many were right, and of how many.
  std::span<double> sums() override { return sums_; }
  void reset() override { sums_ = {}; }
  /// Not a number before anything was added.
  double value() const override { return sums_[0] / sums_[1]; }

 private:
  std::int64_t top_;
  std::array<double, 2> sums_{};
};

/// The share of yes-or-no answers that are right: those above `threshold` say yes where the target is above
/// one half.
class BinaryAccuracy final : public Metric {
 public:
  explicit BinaryAccuracy(double threshold) : threshold_(threshold) {}

  /// Both tensors have one layout, elements F32 or F64.
  void add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
           GroupSum& spatial) override;
  std::span<double> sums() override { return sums_; }
  void reset() override { sums_ = {}; }
  double value() const override { return sums_[0] / sums_[1]; }

 private:
  double threshold_;
  std::array<double, 2> sums_{};
};

}  // namespace tessera
