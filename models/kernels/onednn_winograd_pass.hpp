#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "models/kernels/onednn_winograd_products.hpp"
#include "models/kernels/winograd_tiles.hpp"
#include "models/kernels/winograd_weights.hpp"

namespace tessera::onednn {

/// Outputs of a convolution, or the gradient of its inputs, by Winograd's F(2,3). Each thread takes blocks of
/// tiles, as large as the cache holds with their points.
class WinogradPass {
 public:
  /// problem: can_be_winograd(); for InputGradient, one that mirrored() has.
  WinogradPass(const Device& device, const ConvolutionProblem& problem, winograd::WinogradWeights::Of of);

  /// bias: of the outputs, or null.
  void run(const std::byte* x, const std::byte* weights, const std::byte* bias, std::byte* y,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  std::string implementation() const { return products_.implementation(); }

 private:
  void run_block(int thread, std::int64_t block, const float* x, const float* bias, float* y,
                 const float* weights, std::byte* scratch);
  std::size_t bytes_of_thread() const;

  int team_;
  winograd::WinogradTiles tiles_;
  winograd::WinogradWeights weights_;
  winograd::TileBlocks blocks_;
  PointProducts products_;
};

}  // namespace tessera::onednn
