#pragma once

#include <cstddef>
#include <string>

#include "models/kernels/onednn_winograd_products.hpp"
#include "models/kernels/winograd_tiles.hpp"
#include "models/kernels/winograd_weights.hpp"

namespace tessera::onednn {

/// The gradients of a convolution's weights and bias by Winograd's F(2,3), as the transpose of its forward
/// pass: each thread sums over its blocks of tiles at the points, and the sums are added in the threads'
/// order.
class WinogradWeightGradient {
 public:
  /// problem: can_be_winograd().
  WinogradWeightGradient(const Device& device, const ConvolutionProblem& problem);

  /// bias_gradient: null where there is no bias.
  void run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient, std::byte* bias_gradient,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  std::string implementation() const { return products_.implementation(); }

 private:
  struct Memory;
  Memory lay_out(std::byte* scratch, int thread) const;
  void add_block(const Memory& memory, int slice, std::int64_t block, const float* x, const float* dy,
                 int thread);
  std::size_t bytes_of_thread() const;

  int team_;
  winograd::WinogradTiles tiles_;
  winograd::WinogradWeights weights_;
  winograd::TileBlocks blocks_;
  PointProducts products_;
};

}  // namespace tessera::onednn
