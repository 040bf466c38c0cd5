#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/kernels/convolution_slabs.hpp"
#include "models/kernels/onednn_convolution_description.hpp"

namespace tessera::onednn {

/// The gradients of a convolution's weights and bias, from channels-last tensors. Where the library computes
/// them much faster from its own layout or element, the tensors are brought there first.
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

/// The same, in bfloat16 as a sum over slabs of each sample, cut along the outermost axis. The library's
/// bfloat16 kernel transposes its tensors in memory of its own, as much as they have for each thread: of a
/// slab it stays in the cache, and much less is asked of the caller. In one piece where that asks for little,
/// where slabs wouldn't ask for half of it, or would be computed by another implementation; always in slabs
/// where the library is wrong in one piece.
class SlabbedWeightGradient {
 public:
  SlabbedWeightGradient(const Device& device, const ConvolutionProblem& problem);

  void run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient, std::byte* bias_gradient,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  std::string implementation() const;

 private:
  void cut(const Device& device, const ConvolutionProblem& problem, std::int64_t least, std::int64_t wanted);
  bool are_all(const std::string& implementation) const;

  std::vector<WeightGradient> kinds_;
  std::vector<ConvolutionSlabs::Slab> slabs_;
  std::size_t weights_ = 0, outputs_ = 0;  // elements of the two gradients
};

}  // namespace tessera::onednn
