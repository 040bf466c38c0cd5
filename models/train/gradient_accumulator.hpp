#pragma once

#include "models/network/parameters.hpp"

namespace tessera {

/// Gradient accumulation: a global batch goes through the network in several micro-batches, whose gradients
/// are added before one reduction over the processes and one update. A backward pass overwrites the gradients
/// of the store; so each but the last hands its own over,
///
///     backward of every micro-batch but the last    ready(p): keep(p)
///     backward of the last                          ready(p): complete(p), then the reduction of p begins
///
/// where each micro-batch's loss is its share of the whole global batch. Additions are in the order of the
/// micro-batches. Takes as much memory as the gradients; borrows the store.
class GradientAccumulator {
 public:
  explicit GradientAccumulator(ParameterStore& parameters)
      : parameters_(parameters), kept_(parameters.trained_bytes()) {}

  /// Adds the parameter's gradient to what is kept of it.
  void keep(int parameter);
  /// Makes the parameter's gradient the sum with what was kept; nothing is kept then.
  void complete(int parameter);

 private:
  ParameterStore& parameters_;
  AlignedBytes kept_;
};

}  // namespace tessera
