#pragma once

#include <cstddef>
#include <string>

#include "models/kernels/onednn_convolution_description.hpp"

namespace tessera::onednn {

/// The gradients of a convolution's weights and bias, from channels-last tensors. Where the library computes
/// them much faster from its own layout, the tensors are brought there first.
class WeightGradient {
 public:
  WeightGradient() = default;
  WeightGradient(const Device& device, const ConvolutionProblem& problem);

  void run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient, std::byte* bias_gradient,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  /// Says also whether tensors are brought to another layout or type first.
  std::string implementation() const {
    return gradient_.implementation() + (x_.needed() || dy_.needed() ? " on reordered tensors" : "");
  }

 private:
  Reorder x_, dy_;
  Primitive gradient_;
  Reorder weights_;  // from what the primitive chose to the caller's
  std::size_t blocked_bytes_ = 0;
};

}  // namespace tessera::onednn
