#pragma once

#include "io/dataset/loader.hpp"
#include "models/base/tensor.hpp"

namespace tessera {

/// Where a step has its batches from, and what this process has to tell the others beside its gradients.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  /// The next batch of this replica, valid until the next call. It doesn't throw, as the other processes are
  /// in the middle of a step: where a batch can't be had, any other stands in, and failed() is true.
  virtual const Batch& next() = 0;
  virtual bool failed() const = 0;
  virtual bool stop_requested() const = 0;
  /// Hears of each training batch and the network's answer, which the step leaves to nobody.
  virtual void predicted(const Batch& batch, ConstTensorView prediction) = 0;
};

}  // namespace tessera
