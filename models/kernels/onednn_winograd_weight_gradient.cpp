#include "models/kernels/onednn_winograd_weight_gradient.hpp"

#include <omp.h>

#include <algorithm>

#include "models/base/region_error.hpp"
#include "models/kernels/partial_sums.hpp"

namespace tessera::onednn {
namespace {

using winograd::kSlice;

// Where the sum of a tile's gradients is among the points: of a depth of three, of the second slice.
constexpr int kSumPoint = 5;

}  // namespace

// The sums of all threads lie one behind another, and so do those of the bias.
struct WinogradWeightGradient::Memory {
  float *sums, *bias;         // of all
  float *my_sums, *my_bias;   // of a thread
  float *inputs, *gradients;  // points of a block
  std::byte* rest;
};

WinogradWeightGradient::WinogradWeightGradient(const Device& device, const ConvolutionProblem& problem)
    : team_(omp_get_max_threads()),
      tiles_(problem),
      weights_(problem, winograd::WinogradWeights::Of::Convolution),
      blocks_(winograd::cut_into_blocks(tiles_.count(), weights_.rows(), weights_.columns(), team_)),
      products_(
          PointProducts::of_gradient(device, {blocks_.rows, weights_.rows(), weights_.columns()}, team_)) {}

std::size_t WinogradWeightGradient::bytes_of_thread() const {
  return ScratchParts::rounded<float>(kSlice * blocks_.rows * weights_.rows()) +
         ScratchParts::rounded<float>(kSlice * blocks_.rows * weights_.columns()) +
         ScratchParts::rounded(products_.scratch_bytes());
}

std::size_t WinogradWeightGradient::scratch_bytes() const {
  return ScratchParts::rounded<float>(team_ * weights_.count()) +
         ScratchParts::rounded<float>(team_ * weights_.columns()) +
         static_cast<std::size_t>(team_) * bytes_of_thread();
}

WinogradWeightGradient::Memory WinogradWeightGradient::lay_out(std::byte* scratch, int thread) const {
  ScratchParts shared(scratch);
  Memory memory{};
  memory.sums = shared.take<float>(team_ * weights_.count());
  memory.bias = shared.take<float>(team_ * weights_.columns());
  memory.my_sums = memory.sums + thread * weights_.count();
  memory.my_bias = memory.bias + thread * weights_.columns();
  ScratchParts mine(shared.rest() + static_cast<std::size_t>(thread) * bytes_of_thread());
  memory.inputs = mine.take<float>(kSlice * blocks_.rows * weights_.rows());
  memory.gradients = mine.take<float>(kSlice * blocks_.rows * weights_.columns());
  memory.rest = mine.rest();
  return memory;
}

void WinogradWeightGradient::run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient,
                                 std::byte* bias_gradient, std::byte* scratch) {
  const Memory all = lay_out(scratch, 0);
  std::fill_n(all.bias, team_ * weights_.columns(), 0.0F);
  RegionError error;
#pragma omp parallel num_threads(team_)
  {
    const int thread = omp_get_thread_num();
    const Memory memory = lay_out(scratch, thread);
#pragma omp for schedule(static)
    for (int part = 0; part < team_; ++part)  // also of threads that don't come
      std::fill_n(all.sums + part * weights_.count(), weights_.count(), 0.0F);
#pragma omp for schedule(static)
    for (std::int64_t block = 0; block < blocks_.count; ++block)
      error.run([&] {
        for (int slice = 0; slice < tiles_.slices(); ++slice)
          add_block(memory, slice, block, reinterpret_cast<const float*>(x),
                    reinterpret_cast<const float*>(dy), thread);
      });
  }
  error.rethrow();
  weights_.from_points(all.sums, team_, reinterpret_cast<float*>(weights_gradient));
  if (!bias_gradient) return;
  auto* const db = reinterpret_cast<float*>(bias_gradient);
  for (std::int64_t c = 0; c < weights_.columns(); ++c) {
    db[c] = 0;
    for (int part = 0; part < team_; ++part) db[c] += all.bias[part * weights_.columns() + c];
  }
}

void WinogradWeightGradient::add_block(const Memory& memory, int slice, std::int64_t block, const float* x,
                                       const float* dy, int thread) {
  const Interval tiles = blocks_.tiles(block, tiles_.count());
  tiles_.gather_inputs(x, slice, tiles, memory.inputs, blocks_.rows);
  tiles_.gather_gradients(dy, slice, tiles, memory.gradients, blocks_.rows);
  products_.run(thread, memory.inputs, memory.gradients, memory.my_sums + slice * weights_.slice_count(),
                memory.rest);
  if (slice == tiles_.slices() / 4)
    add_columns(memory.gradients + kSumPoint * blocks_.rows * weights_.columns(), blocks_.rows,
                weights_.columns(), memory.my_bias);
}

}  // namespace tessera::onednn
