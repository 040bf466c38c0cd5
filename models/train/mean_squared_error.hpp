#pragma once

#include "models/train/loss.hpp"

namespace tessera {

/// Mean squared error as Keras defines it: (prediction - target)^2, averaged over the outputs of a sample and
/// then over the samples of the global batch.
class MeanSquaredError final : public Loss {
 public:
  /// outputs: C x D x H x W of one whole sample, of which this process may hold a part; 4 for CosmoFlow.
  explicit MeanSquaredError(std::int64_t outputs);

  /// target has the layout of prediction. Elements F32 or F64; the sum is taken in double precision.
  double share(ConstTensorView prediction, ConstTensorView target, LossScale share,
               TensorView gradient) const override;

 private:
  std::int64_t outputs_;
};

}  // namespace tessera
