#pragma once

#include <cstddef>
#include <span>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// The gradients of the weights and the bias of a convolution behind which there is max-pooling, from the
/// pooled gradient and the taps that were largest: of each window one element of the convolution's output has
/// a gradient, so that, with windows of 2 × 2 × 2, an eighth of the products are left, and the gradient at
/// full extent isn't made. Output channels are taken one after another; of each a few sums, which stay in
/// registers, go along rows of the pooled tensor.
class PooledWeightGradient {
 public:
  /// problem: without strides, dilation and groups in its convolution.
  explicit PooledWeightGradient(const PooledConvolutionProblem& problem);

  void run(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
           std::byte* weights_gradient, std::byte* bias_gradient, std::span<std::byte> scratch) const;
  std::size_t scratch_bytes() const;

 private:
  struct Memory;
  Memory lay_out(std::byte* scratch, int thread) const;
  template <class T>
  void add_rows(const T* x, const T* dy, const std::uint8_t* saved, std::byte* scratch) const;
  template <class T>
  void gather_inputs(const T* x, std::int64_t row, const Memory& memory) const;
  template <class T>
  void gather_gradients(const T* dy, const std::uint8_t* saved, std::int64_t row, const Memory& memory) const;
  void add_row(const Memory& memory) const;
  template <int planes, int rows>
  void add_taps(const Memory& memory, std::int64_t channel, std::int64_t plane, std::int64_t row) const;
  void sum_threads(std::byte* scratch, float* weights_gradient, float* bias_gradient) const;
  std::size_t bytes_of_thread() const;

  PooledConvolutionProblem problem_;
  int team_;
  std::int64_t segment_, padded_segment_;  // numbers that a row of taps reads, and with what fills vectors
  Extents inputs_;                         // that a row of pooled elements reads
  std::int64_t row_numbers_;               // of a row of these, with some more behind it
};

}  // namespace tessera
