#pragma once

#include <cstdint>

#include "models/base/tensor.hpp"

namespace tessera {

/// What this process contributes to the loss of a global batch. The loss is the sum of the shares of all
/// processes, and so is every gradient computed from them: nothing is averaged afterwards.
struct LossScale {
  /// What one sample weighs here: 1 / (samples of the global batch) for an output split over processes, of
  /// which each holds its own box; divided once more by the number of processes that hold the same sample if
  /// each of them holds the whole output.
  double weight = 1;
  /// The first `counted` samples of the local batch count; those after them only fill it up.
  std::int64_t counted = 0;
};

/// A loss, and the start of the backward pass.
class Loss {
 public:
  virtual ~Loss() = default;
  /// Returns this process's share, and writes the share's gradient with respect to the prediction; it is zero
  /// for samples that don't count. prediction and gradient have one layout, N C D H W over this process's
  /// box.
  virtual double share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                       TensorView gradient) const = 0;
};

}  // namespace tessera
