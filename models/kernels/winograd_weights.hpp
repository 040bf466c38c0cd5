#pragma once

#include <cstddef>
#include <cstdint>

#include "models/kernels/kernels.hpp"

namespace tessera::winograd {

/// Between a convolution's weights, as parameters are kept, and their points: for each slice 16 matrices of
/// channels read × channels written, of the convolution or of the mirrored one that gives its dx.
class WinogradWeights {
 public:
  enum class Of : std::uint8_t { Convolution, InputGradient };
  WinogradWeights(const ConvolutionProblem& problem, Of of);

  std::int64_t rows() const { return rows_; }        // channels read
  std::int64_t columns() const { return columns_; }  // written
  /// Of a slice, and of all.
  std::int64_t slice_count() const;
  std::int64_t count() const;

  void to_points(const float* weights, float* points) const;
  /// The gradient of the weights from that of their points, which is the sum of `parts` that lie one behind
  /// another, in this order.
  void from_points(const float* points, int parts, float* gradient) const;

 private:
  template <int count>
  void block_to_points(const float* weights, std::int64_t row, std::int64_t column, float* points) const;
  template <int count>
  void block_from_points(const float* points, int parts, std::int64_t row, std::int64_t column,
                         float* gradient) const;
  template <class Visit>
  void for_each_block(Visit&& visit) const;

  std::int64_t rows_, columns_;
  int depths_;                               // taps along D
  std::int64_t first_, tap_, row_, column_;  // where tap 0 is among a matrix's, and strides
};

}  // namespace tessera::winograd
