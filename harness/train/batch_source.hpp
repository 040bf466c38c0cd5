#pragma once

#include "io/dataset/loader.hpp"
#include "models/base/tensor.hpp"

namespace tessera {

/// Supplies the batches of a training step, and the flags that are summed over all processes beside the
/// gradients.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch of this replica, valid until the next call. It doesn't throw, as the other processes are
  /// in the middle of a step: where a batch can't be had, any other stands in, and failed() is true.
  virtual const Batch& next() = 0;
  virtual bool failed() const = 0;
  virtual bool stop_requested() const = 0;
  /// Called with each training batch and the network's prediction; the step keeps neither.
  virtual void predicted(const Batch& batch, ConstTensorView prediction) = 0;
};

}  // namespace tessera
