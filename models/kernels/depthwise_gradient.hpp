#pragma once

#include <cstddef>
#include <span>

#include "models/kernels/kernels.hpp"

namespace tessera {

/// Whether each output channel reads the one input channel of its number.
bool is_depthwise(const ConvolutionProblem& problem);

/// The gradient of a depthwise convolution's weights and bias, in float from float or bfloat16, written for
/// the memory bus: channels are the vector lanes, a row of x serves all outputs that read it while it is in
/// the cache, and rows of dy are shared among the OpenMP team. Any strides and dilations.
class DepthwiseWeightGradient {
 public:
  /// problem: depthwise.
  explicit DepthwiseWeightGradient(const ConvolutionProblem& problem);

  /// bias_gradient: null where there is none.
  void run(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient, std::byte* bias_gradient,
           std::span<std::byte> scratch) const;
  std::size_t scratch_bytes() const;

 private:
  template <class T>
  void add_rows(const T* xs, const T* dys, double* sums) const;
  template <class T>
  void add_row(const T* xs, const T* dys, std::int64_t row, double* sums) const;
  template <class T>
  void add_tap(const T* xs, const T* dys, std::int64_t kw, double* sums) const;
  std::size_t weights() const;

  ConvolutionProblem problem_;
  int team_;
};

}  // namespace tessera
