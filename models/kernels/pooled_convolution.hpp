#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/kernels/pooled_slabs.hpp"

namespace tessera {

/// A convolution and the max-pooling of its output, slab by slab: the convolution's output, which is larger
/// than all that goes in and comes out, is held a slab at a time, in cache, and so is its gradient. Threads
/// of the OpenMP team take slabs of their own, and each computes them by kernels of its own.
class PooledConvolution {
 public:
  /// The kernels of the slabs are made by `kernels`.
  PooledConvolution(const PooledConvolutionProblem& problem, Kernels& kernels);

  /// saved: one byte for each element of y.
  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte> saved, std::span<std::byte> scratch);
  /// Overwrites both gradients.
  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<std::byte> saved,
                           std::byte* weights_gradient, std::byte* bias_gradient,
                           std::span<std::byte> scratch);
  std::size_t scratch_bytes() const;
  std::vector<std::string> implementations() const;

 private:
  struct SlabKernels {
    std::unique_ptr<LinearKernel> convolution;
    std::unique_ptr<MaxPoolKernel> pool;
  };
  using Slab = PooledSlabs::Slab;
  struct Scratch;

  Scratch scratch_of(std::span<std::byte> scratch, int member) const;
  std::span<const Slab> slabs_of(int member) const;
  ConstTensorView input_of(const Slab& slab, ConstTensorView x, const Scratch& scratch) const;
  void sum_up(std::span<std::byte> scratch, std::byte* weights_gradient, std::byte* bias_gradient) const;
  std::size_t convolution_scratch() const;

  PooledConvolutionProblem problem_;
  std::size_t weights_, outputs_;  // numbers of the parameters' gradients
  std::size_t wide_bytes_;         // of one of them
  PooledSlabs cut_;
  std::size_t read_ = 0, between_ = 0;  // most bytes of a slab's input and of its convolution's output
  std::vector<std::vector<SlabKernels>> team_;  // by thread and kind
};

}  // namespace tessera
