#include "models/kernels/pooled_weight_gradient.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>

#include "models/base/lanes.hpp"
#include "models/kernels/padded_row.hpp"
#include "models/kernels/pooled_lanes.hpp"
#include "models/kernels/scratch_parts.hpp"

namespace tessera {
// Of a row of pooled elements: what it reads, as planes of rows of cells; and by channel and element the
// gradient, and where the first cell that it meets is among the inputs. The sums of all rows are by channel,
// row of taps, and number of the segment.
struct PooledWeightGradient::Memory {
  double *sums, *bias;  // of many rows, whose order differs from grid to grid
  float *inputs, *gradients;
  std::int32_t* places;
};

PooledWeightGradient::PooledWeightGradient(const PooledConvolutionProblem& problem)
    : problem_(problem), team_(omp_get_max_threads()) {
  const auto& [d, h, w] = problem.convolution.window;
  const auto& [pool_d, pool_h, pool_w] = problem.pool.window;
  segment_ = w.kernel * problem.convolution.x.c;
  padded_segment_ = divided_up(segment_, lanes::kMost) * lanes::kMost;
  const std::int64_t pooled = problem.pool.y.box.w.size();
  inputs_ = {pool_d.kernel + d.kernel - 1, pool_h.kernel + h.kernel - 1,
             (pooled - 1) * pool_w.stride + pool_w.kernel + w.kernel - 1};
  row_numbers_ = inputs_.w * problem.convolution.x.c + padded_segment_ - segment_;
}

std::size_t PooledWeightGradient::bytes_of_thread() const {
  const ConvolutionProblem& p = problem_.convolution;
  const std::int64_t rows_of_taps = p.window[0].kernel * p.window[1].kernel;
  const std::int64_t row = problem_.pool.y.box.w.size() * p.y.c;
  return ScratchParts::rounded<double>(p.y.c * rows_of_taps * padded_segment_) +
         ScratchParts::rounded<double>(p.y.c) +
         ScratchParts::rounded<float>(inputs_.d * inputs_.h * row_numbers_) +
         ScratchParts::rounded<float>(row) + ScratchParts::rounded<std::int32_t>(row);
}

std::size_t PooledWeightGradient::scratch_bytes() const {
  return static_cast<std::size_t>(team_) * bytes_of_thread();
}

PooledWeightGradient::Memory PooledWeightGradient::lay_out(std::byte* scratch, int thread) const {
  ScratchParts parts(scratch + static_cast<std::size_t>(thread) * bytes_of_thread());
  const ConvolutionProblem& p = problem_.convolution;
  const std::int64_t row = problem_.pool.y.box.w.size() * p.y.c;
  Memory memory{};
  memory.sums = parts.take<double>(p.y.c * p.window[0].kernel * p.window[1].kernel * padded_segment_);
  memory.bias = parts.take<double>(p.y.c);
  memory.inputs = parts.take<float>(inputs_.d * inputs_.h * row_numbers_);
  memory.gradients = parts.take<float>(row);
  memory.places = parts.take<std::int32_t>(row);
  return memory;
}

void PooledWeightGradient::run(ConstTensorView x, ConstTensorView dy, std::span<const std::byte> saved,
                               std::byte* weights_gradient, std::byte* bias_gradient,
                               std::span<std::byte> scratch) const {
  const auto* const taps = reinterpret_cast<const std::uint8_t*>(saved.data());
  if (x.layout.element == Element::BF16)
    add_rows(x.data<Bfloat16>(), dy.data<Bfloat16>(), taps, scratch.data());
  else
    add_rows(x.data<float>(), dy.data<float>(), taps, scratch.data());
  sum_threads(scratch.data(), reinterpret_cast<float*>(weights_gradient),
              reinterpret_cast<float*>(bias_gradient));
}

template <class T>
void PooledWeightGradient::add_rows(const T* x, const T* dy, const std::uint8_t* saved,
                                    std::byte* scratch) const {
  const Extents y = problem_.pool.y.box.extents();
  const std::int64_t rows = problem_.pool.y.n * y.d * y.h;
  std::fill_n(scratch, scratch_bytes(), std::byte{});  // also of threads that don't come
#pragma omp parallel num_threads(team_)
  {
    const Memory memory = lay_out(scratch, omp_get_thread_num());
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < rows; ++row) {
      gather_inputs(x, row, memory);
      gather_gradients(dy, saved, row, memory);
      add_row(memory);
    }
  }
}

template <class T>
void PooledWeightGradient::gather_inputs(const T* x, std::int64_t row, const Memory& memory) const {
  const Extents y = problem_.pool.y.box.extents(), all = problem_.convolution.x.box.extents();
  const std::int64_t channels = problem_.convolution.x.c, n = row / (y.d * y.h);
  const auto first = [&](std::size_t axis, std::int64_t o) {
    const LocalWindow& pool = problem_.pool.window[axis];
    return o * pool.stride - pool.pad_lo - problem_.convolution.window[axis].pad_lo;
  };
  const std::int64_t d0 = first(0, row / y.h % y.d), h0 = first(1, row % y.h), w0 = first(2, 0);
  for (std::int64_t d = d0; d < d0 + inputs_.d; ++d)
    for (std::int64_t h = h0; h < h0 + inputs_.h; ++h) {
      float* const to = memory.inputs + ((d - d0) * inputs_.h + h - h0) * row_numbers_;
      const bool inside = 0 <= d && d < all.d && 0 <= h && h < all.h;
      const T* const from = inside ? x + ((n * all.d + d) * all.h + h) * all.w * channels : nullptr;
      std::fill(copy_padded_row(from, all.w, channels, {w0, w0 + inputs_.w}, to), to + row_numbers_, 0.0F);
    }
}

template <class T>
void PooledWeightGradient::gather_gradients(const T* dy, const std::uint8_t* saved, std::int64_t row,
                                            const Memory& memory) const {
  const auto& [pool_d, pool_h, pool_w] = problem_.pool.window;
  const std::int64_t cells = problem_.pool.y.box.w.size(), channels = problem_.convolution.y.c;
  std::array<std::int32_t, kPoolTaps> place{};
  for (std::int64_t tap = 0; tap < pool_d.kernel * pool_h.kernel * pool_w.kernel; ++tap) {
    const std::int64_t w = tap % pool_w.kernel, h = tap / pool_w.kernel % pool_h.kernel,
                       d = tap / (pool_w.kernel * pool_h.kernel);
    place[static_cast<std::size_t>(tap)] =
        static_cast<std::int32_t>((d * inputs_.h + h) * row_numbers_ + w * problem_.convolution.x.c);
  }
  const auto slope = static_cast<float>(problem_.negative_slope);
  const auto step = static_cast<std::int32_t>(pool_w.stride * problem_.convolution.x.c);
  for (std::int64_t cell = 0; cell < cells; ++cell)
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t from = (row * cells + cell) * channels + c, to = c * cells + cell;
      const std::uint8_t byte = saved[from];
      const float gradient = dy[from];
      memory.gradients[to] = (byte & kPoolSloped) != 0 ? slope * gradient : gradient;
      memory.places[to] = place[byte & (kPoolSloped - 1)] + static_cast<std::int32_t>(cell) * step;
    }
}

void PooledWeightGradient::add_row(const Memory& memory) const {
  const auto& [d, h, w] = problem_.convolution.window;
  const std::int64_t cells = problem_.pool.y.box.w.size();
  for (std::int64_t c = 0; c < problem_.convolution.y.c; ++c) {
    float sum = 0;
    for (std::int64_t cell = 0; cell < cells; ++cell) sum += memory.gradients[c * cells + cell];
    memory.bias[c] += sum;
    if (d.kernel == 3 && h.kernel == 3)
      add_taps<3, 3>(memory, c, 0, 0);
    else
      for (std::int64_t plane = 0; plane < d.kernel; ++plane)
        for (std::int64_t row = 0; row < h.kernel; ++row) add_taps<1, 1>(memory, c, plane, row);
  }
}

// Of some rows of taps, of an output channel.
template <int planes, int rows>
void PooledWeightGradient::add_taps(const Memory& memory, std::int64_t channel, std::int64_t plane,
                                    std::int64_t row) const {
  constexpr int kCount = lanes::kMost;
  using Lanes = lanes::Floats<kCount>;
  const std::int64_t cells = problem_.pool.y.box.w.size(), next_row = row_numbers_,
                     next_plane = inputs_.h * row_numbers_;
  const std::int64_t first =
      (channel * problem_.convolution.window[0].kernel + plane) * problem_.convolution.window[1].kernel + row;
  const float* const gradients = memory.gradients + channel * cells;
  const std::int32_t* const places = memory.places + channel * cells;
  for (std::int64_t part = 0; part < padded_segment_; part += kCount) {
    const float* const inputs = memory.inputs + plane * next_plane + row * next_row + part;
    Lanes sums[planes][rows] = {};
    for (std::int64_t cell = 0; cell < cells; ++cell) {
      const Lanes gradient = Lanes{} + gradients[cell];
      const float* input = inputs + places[cell];
      for (int d = 0; d < planes; ++d, input += next_plane)
        for (int h = 0; h < rows; ++h) sums[d][h] += gradient * lanes::load<kCount>(input + h * next_row);
    }
    for (int d = 0; d < planes; ++d)
      for (int h = 0; h < rows; ++h) {
        double* const to = memory.sums + (first + d * rows + h) * padded_segment_ + part;
        for (int lane = 0; lane < kCount; ++lane) to[lane] += static_cast<double>(sums[d][h][lane]);
      }
  }
}

void PooledWeightGradient::sum_threads(std::byte* scratch, float* weights_gradient,
                                       float* bias_gradient) const {
  const ConvolutionProblem& p = problem_.convolution;
  const std::int64_t taps = p.taps(), in = p.x.c, rows = p.window[0].kernel * p.window[1].kernel;
  const bool keras = p.order == WeightOrder::SpatialInOut;
  const auto sum = [&](auto&& number) {
    double all = 0;  // in the threads' order
    for (int thread = 0; thread < team_; ++thread) all += number(lay_out(scratch, thread));
    return static_cast<float>(all);
  };
  for (std::int64_t o = 0; o < p.y.c; ++o) {
    if (p.bias) bias_gradient[o] = sum([&](const Memory& memory) { return memory.bias[o]; });
    for (std::int64_t tap = 0; tap < taps; ++tap)
      for (std::int64_t i = 0; i < in; ++i) {
        const std::int64_t row = tap / p.window[2].kernel, k = tap % p.window[2].kernel;
        const std::int64_t from = (o * rows + row) * padded_segment_ + k * in + i;
        weights_gradient[keras ? (tap * in + i) * p.y.c + o : (o * in + i) * taps + tap] =
            sum([&](const Memory& memory) { return memory.sums[from]; });
      }
  }
}

}  // namespace tessera
