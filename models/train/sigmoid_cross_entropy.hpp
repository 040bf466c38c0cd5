#pragma once

#include "models/train/loss.hpp"

namespace tessera {

/// Binary cross-entropy of sigmoid(logit) and a target in [0, 1], as Keras has it: -t log s - (1 - t) log(1 -
/// s), averaged over the outputs of a sample and then over the samples of the global batch. Computed from the
/// logits, so that no logarithm of a rounded 0 is taken.
class SigmoidCrossEntropy final : public Loss {
 public:
  /// outputs: C x D x H x W of one whole sample, of which this process may hold a part.
  explicit SigmoidCrossEntropy(std::int64_t outputs);

  /// target has the layout of prediction. Elements F32 or F64; the sum is taken in double precision.
  double share(ConstTensorView prediction, ConstTensorView target, LossScale share,
               TensorView gradient) const override;

 private:
  std::int64_t outputs_;
};

}  // namespace tessera
