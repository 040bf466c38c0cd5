#pragma once

#include <cstddef>
#include <string>

#include "models/kernels/onednn_convolution_description.hpp"

namespace tessera::onednn {

/// The forward primitive of a convolution on channels-last tensors, with weights in any plain layout.
class ForwardPass {
 public:
  ForwardPass() = default;
  /// plain_weights: as the caller keeps them.
  ForwardPass(const Device& device, const ConvolutionDescription& description,
              const dnnl::memory::desc& plain_weights);

  explicit operator bool() const { return static_cast<bool>(forward_); }
  void run(const std::byte* x, const std::byte* weights, const std::byte* bias, std::byte* y,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  const std::string& implementation() const { return forward_.implementation(); }

 private:
  Reorder weights_;
  Primitive forward_;
};

}  // namespace tessera::onednn
