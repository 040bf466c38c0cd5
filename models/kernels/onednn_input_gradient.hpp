#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "models/kernels/onednn_forward_pass.hpp"

namespace tessera::onednn {

/// dx of a convolution on channels-last tensors. Without strides it is itself a convolution, of dy with the
/// taps reversed and the channels' roles exchanged; the library computes that up to three times faster than
/// what it calls backward-data. With strides it is the library's backward-data.
class InputGradient {
 public:
  InputGradient() = default;
  InputGradient(const Device& device, const ConvolutionProblem& problem);

  explicit operator bool() const { return mirrored_ || data_; }
  void run(const std::byte* dy, const std::byte* weights, std::byte* dx, std::byte* scratch);
  std::size_t scratch_bytes() const;
  const std::string& implementation() const;

 private:
  void reverse_taps(const float* weights, float* reversed) const;

  ForwardPass mirrored_;
  Primitive data_;  // where there are strides, with the reorder of its weights
  Reorder data_weights_;
  std::int64_t outer_ = 0, taps_ = 0, inner_ = 0;  // of the weights: taps stand between these
};

}  // namespace tessera::onednn
