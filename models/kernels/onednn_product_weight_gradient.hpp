#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/kernels/kernels.hpp"
#include "models/kernels/onednn_primitive.hpp"

namespace tessera::onednn {

/// The gradients of a convolution's weights and bias as products of matrices, some rows of outputs at a time:
/// what a tap reads for them (cells × inputs, transposed) with their gradients (cells × outputs), added to
/// the gradient of that tap. Gradients of a block are brought to the library's layout once for all taps.
/// Threads share out the blocks, each with a sum of its own, or the taps of large weights; sums are added in
/// their order.
class ProductWeightGradient {
 public:
  /// Whether the problem has one group, and asks for little memory.
  static bool can_be(const ConvolutionProblem& problem, int team);
  /// Whether it is also faster than the library's fastest own. By the problem, the team and the instruction
  /// set alone.
  static bool pays(const ConvolutionProblem& problem, int team);

  /// problem: of one group. May throw dnnl::error, where the library has no products in its element.
  ProductWeightGradient(const Device& device, const ConvolutionProblem& problem);

  /// bias_gradient: null where there is no bias.
  void run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient, std::byte* bias_gradient,
           std::byte* scratch);
  std::size_t scratch_bytes() const;
  /// "products, brg:avx512_core_amx_bf16": the latter multiplies.
  std::string implementation() const;

 private:
  /// Of one thread, as those of others write to its addresses, too; for blocks of so many rows.
  struct BlockProduct {
    BlockProduct(const Device& device, const ConvolutionProblem& problem, std::int64_t rows);
    std::size_t scratch_bytes() const;

    Reorder gradients;  // to the library's layout
    Primitive product;
  };
  /// What one thread does: some blocks and taps, for the sum of a number.
  struct Worker {
    std::int64_t sum;
    Interval blocks, taps;
    std::vector<BlockProduct> products;  // of a whole block, and of the last one where that has fewer rows
  };
  struct Memory;

  Memory lay_out(std::byte* weights_gradient, std::byte* scratch, std::size_t worker) const;
  void run(Worker& worker, const Memory& memory, const std::byte* x, const std::byte* dy) const;
  void add_to_bias(const std::byte* gradients, std::int64_t cells, float* bias) const;
  void gather(const std::byte* x, std::int64_t tap, Interval rows, std::byte* cells) const;
  std::size_t gathered_bytes() const;
  std::size_t worker_bytes() const;
  std::int64_t sums_in_scratch() const;
  std::size_t sums_bytes() const;

  ConvolutionProblem problem_;
  std::int64_t block_rows_, sums_;
  std::vector<Worker> workers_;
  Reorder weights_;  // from tap, input, output to the order of parameters
};

}  // namespace tessera::onednn
