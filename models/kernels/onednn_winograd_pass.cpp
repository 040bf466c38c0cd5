#include "models/kernels/onednn_winograd_pass.hpp"

#include <omp.h>

#include "models/base/region_error.hpp"
#include "models/kernels/mirrored_problem.hpp"

namespace tessera::onednn {
namespace {

ConvolutionProblem computed(const ConvolutionProblem& problem, winograd::WinogradWeights::Of of) {
  return of == winograd::WinogradWeights::Of::Convolution ? problem : mirrored(problem).value();
}

}  // namespace

WinogradPass::WinogradPass(const Device& device, const ConvolutionProblem& problem,
                           winograd::WinogradWeights::Of of)
    : team_(omp_get_max_threads()),
      tiles_(computed(problem, of)),
      weights_(problem, of),
      blocks_(winograd::cut_into_blocks(tiles_.count(), weights_.rows(), weights_.columns(), team_)),
      products_(
          PointProducts::of_outputs(device, {blocks_.rows, weights_.rows(), weights_.columns()}, team_)) {}

std::size_t WinogradPass::bytes_of_thread() const {
  return ScratchParts::rounded<float>(winograd::kSlice * blocks_.rows * weights_.rows()) +
         ScratchParts::rounded<float>(winograd::kSlice * blocks_.rows * weights_.columns()) +
         ScratchParts::rounded(products_.scratch_bytes());
}

std::size_t WinogradPass::scratch_bytes() const {
  return ScratchParts::rounded<float>(weights_.count()) + static_cast<std::size_t>(team_) * bytes_of_thread();
}

void WinogradPass::run(const std::byte* x, const std::byte* weights, const std::byte* bias, std::byte* y,
                       std::byte* scratch) {
  ScratchParts parts(scratch);
  float* const points = parts.take<float>(weights_.count());
  weights_.to_points(reinterpret_cast<const float*>(weights), points);
  RegionError error;
#pragma omp parallel num_threads(team_)
  {
    const int thread = omp_get_thread_num();
    std::byte* const mine = parts.rest() + static_cast<std::size_t>(thread) * bytes_of_thread();
#pragma omp for schedule(static)
    for (std::int64_t block = 0; block < blocks_.count; ++block)
      error.run([&] {
        run_block(thread, block, reinterpret_cast<const float*>(x), reinterpret_cast<const float*>(bias),
                  reinterpret_cast<float*>(y), points, mine);
      });
  }
  error.rethrow();
}

void WinogradPass::run_block(int thread, std::int64_t block, const float* x, const float* bias, float* y,
                             const float* weights, std::byte* scratch) {
  ScratchParts parts(scratch);
  const std::int64_t rows = blocks_.rows;
  float* const inputs = parts.take<float>(winograd::kSlice * rows * weights_.rows());
  float* const outputs = parts.take<float>(winograd::kSlice * rows * weights_.columns());
  const Interval tiles = blocks_.tiles(block, tiles_.count());
  for (int slice = 0; slice < tiles_.slices(); ++slice) {
    tiles_.gather_inputs(x, slice, tiles, inputs, rows);
    products_.run(thread, inputs, weights + slice * weights_.slice_count(), outputs, parts.rest());
    tiles_.add_outputs(outputs, rows, slice, tiles, bias, y);
  }
}

}  // namespace tessera::onednn
