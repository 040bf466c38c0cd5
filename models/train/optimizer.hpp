#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

/// One buffer that an optimizer carries from step to step, with the element, offsets and length of the flat
/// buffers of its ParameterStore: parameter p has its part at offset(p), in the order of its dims.
/// Checkpoints write these and fill them again. The optimizer owns the memory.
struct OptimizerState {
  std::string name;  // the framework's own: "momentum" for Keras' SGD, "exp_avg" for PyTorch's Adam
  std::byte* values = nullptr;
};

/// Turns gradients into new parameter values, in the ParameterStore it was made for, which must outlive it.
/// The gradients are those of the mean over the global batch, summed over all processes. Every process takes
/// the same step, so parameters that were equal stay equal to the bit.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// steps_done: how many steps the training took before this one. It is told, not counted here, so that a
  /// training that goes on from a checkpoint needs no second counter. The gradients are left as they are.
  virtual void step(double learning_rate, std::int64_t steps_done) = 0;
  /// All that a run needs, beside the values of the parameters and the number of steps, to go on to the same
  /// bits.
  virtual std::vector<OptimizerState> state() = 0;
};

}  // namespace tessera
