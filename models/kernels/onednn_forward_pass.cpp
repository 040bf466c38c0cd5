#include "models/kernels/onednn_forward_pass.hpp"

#include <algorithm>

namespace tessera::onednn {

ForwardPass::ForwardPass(const Device& device, const ConvolutionDescription& description,
                         const dnnl::memory::desc& plain_weights) {
  const auto forward = description.forward(device);
  weights_ = Reorder(device, plain_weights, forward.weights_desc());
  forward_ = make_forward(device, forward);
}

void ForwardPass::run(const std::byte* x, const std::byte* weights, const std::byte* bias, std::byte* y,
                      std::byte* scratch) {
  ScratchParts parts(scratch);
  const std::byte* const blocked = weights_.apply(weights, parts);
  forward_.run({x, blocked, bias, y}, parts.rest());
}

std::size_t ForwardPass::scratch_bytes() const {
  return ScratchParts::rounded(weights_.bytes()) +
         std::max(weights_.scratch_bytes(), forward_.scratch_bytes());
}

}  // namespace tessera::onednn
