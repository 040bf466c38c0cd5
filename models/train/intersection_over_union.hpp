#pragma once

#include <array>

#include "models/train/metrics.hpp"

namespace tessera {

/// Intersection over union of predicted and true class, as the reference DeepCAM scores a segmentation: for
/// each sample and class, (pixels of the class in both) / (pixels of the class in either), 1 for a class
/// absent from both; the mean over the classes; then the mean over the samples.
class IntersectionOverUnion final : public Metric {
 public:
  explicit IntersectionOverUnion(std::int64_t classes) : classes_(static_cast<std::size_t>(classes)) {}

  /// prediction: logits, C = classes; a pixel is predicted to be of its largest, the first if several are.
  /// target: class indices 0 .. C - 1 as numbers, C = 1, over the same samples and box, which may be empty.
  /// The pixels are summed over `spatial` before ratios are taken, in one sum a call, whose length depends on
  /// the layout alone. Allocates only where a batch is larger than all before.
  void add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
           GroupSum& spatial) override;

  /// The sum over the samples, then how many they are.
  std::span<double> sums() override { return sums_; }
  void reset() override { sums_ = {}; }

  /// Not a number before anything was added.
  double value() const override { return sums_[0] / sums_[1]; }

 private:
  template <class T>
  void count(const T* logits, const T* labels, std::int64_t pixels, double* counts) const;
  double of_sample(const double* counts) const;

  std::size_t classes_;
  std::vector<double> counts_;  // pixels by sample, class and set: whole numbers
  std::array<double, 2> sums_{};
};

}  // namespace tessera
