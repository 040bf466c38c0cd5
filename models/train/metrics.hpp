#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "models/base/tensor.hpp"
#include "models/network/services.hpp"

namespace tessera {

/// A measure of quality on validation samples, kept as sums, so that its value doesn't depend on how the
/// samples are spread: each process adds its own, sums() is summed over the processes, then value() is read.
class Metric {
 public:
  virtual ~Metric() = default;
  /// Adds the first `counted` samples of a batch; those after them only fill it up. spatial: the processes
  /// that share these samples, which all call it.
  virtual void add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
                   GroupSum& spatial) = 0;
  /// In place; for a GroupSum. The same number of values on every process.
  virtual std::span<double> sums() = 0;
  /// Forgets what was added.
  virtual void reset() = 0;
  virtual double value() const = 0;
};

/// Mean absolute error, per channel of the prediction (CosmoFlow: per cosmological parameter) and over all of
/// them. Processes that hold the same samples may all take part: they weigh sums and count alike.
class MeanAbsoluteError final : public Metric {
 public:
  explicit MeanAbsoluteError(std::int64_t channels) : sums_(static_cast<std::size_t>(channels) + 1) {}

  /// Both tensors have one layout of `channels` channels, elements F32 or F64; the sums are taken in double
  /// precision.
  void add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
           GroupSum& spatial) override;

  /// The sum of |error| of each channel, then how many values each of these sums has.
  std::span<double> sums() override { return sums_; }
  void reset() override { std::fill(sums_.begin(), sums_.end(), 0.0); }

  /// Mean over all channels; not a number before anything was added.
  double value() const override;

 private:
  std::vector<double> sums_;
};

}  // namespace tessera
