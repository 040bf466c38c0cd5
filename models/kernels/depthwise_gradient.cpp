#include "models/kernels/depthwise_gradient.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>

#include "models/base/channel_blocks.hpp"
#include "models/kernels/bias.hpp"
#include "models/kernels/window_taps.hpp"

namespace tessera {

bool is_depthwise(const ConvolutionProblem& problem) {
  return problem.groups > 1 && problem.groups == problem.x.c && problem.groups == problem.y.c;
}

DepthwiseWeightGradient::DepthwiseWeightGradient(const ConvolutionProblem& problem)
    : problem_(problem), team_(omp_get_max_threads()) {
  assert(is_depthwise(problem));
}

std::size_t DepthwiseWeightGradient::weights() const {
  return static_cast<std::size_t>(problem_.taps() * problem_.y.c);
}

std::size_t DepthwiseWeightGradient::scratch_bytes() const {
  return static_cast<std::size_t>(team_) * weights() * sizeof(double);
}

void DepthwiseWeightGradient::run(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                                  std::byte* bias_gradient, std::span<std::byte> scratch) const {
  if (bias_gradient != nullptr) sum_bias_gradient(dy, bias_gradient);
  auto* const sums = reinterpret_cast<double*>(scratch.data());  // by thread, tap, channel
  if (x.layout.element == Element::BF16)
    add_rows(x.data<Bfloat16>(), dy.data<Bfloat16>(), sums);
  else
    add_rows(x.data<float>(), dy.data<float>(), sums);
  auto* const gradient = reinterpret_cast<float*>(weights_gradient);
  const std::int64_t taps = problem_.taps(), channels = problem_.y.c;
  for (std::int64_t tap = 0; tap < taps; ++tap)
    for (std::int64_t c = 0; c < channels; ++c) {
      double sum = 0;  // in the threads' order
      for (int thread = 0; thread < team_; ++thread)
        sum += sums[static_cast<std::size_t>(thread) * weights() + tap * channels + c];
      gradient[problem_.order == WeightOrder::OutInSpatial ? c * taps + tap : tap * channels + c] =
          static_cast<float>(sum);
    }
}

template <class T>
void DepthwiseWeightGradient::add_rows(const T* xs, const T* dys, double* sums) const {
  const Extents e = problem_.y.box.extents();
  const std::int64_t rows = problem_.y.n * e.d * e.h;
  std::fill_n(sums, static_cast<std::size_t>(team_) * weights(), 0.0);  // also of threads that don't come
#pragma omp parallel num_threads(team_)
  {
    double* const mine = sums + static_cast<std::size_t>(omp_get_thread_num()) * weights();
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < rows; ++row) add_row(xs, dys, row, mine);
  }
}

// What one row of dy contributes: with the row of x that each pair of taps along D and H reads there.
template <class T>
void DepthwiseWeightGradient::add_row(const T* xs, const T* dys, std::int64_t row, double* sums) const {
  const Extents x = problem_.x.box.extents(), y = problem_.y.box.extents();
  const auto& [wd, wh, ww] = problem_.window;
  const std::int64_t n = row / (y.d * y.h), od = row / y.h % y.d, oh = row % y.h, channels = problem_.y.c;
  for (std::int64_t kd = 0; kd < wd.kernel; ++kd)
    for (std::int64_t kh = 0; kh < wh.kernel; ++kh) {
      const std::int64_t d = od * wd.stride + first_read(wd, kd), h = oh * wh.stride + first_read(wh, kh);
      if (d < 0 || d >= x.d || h < 0 || h >= x.h) continue;
      for (std::int64_t kw = 0; kw < ww.kernel; ++kw)
        add_tap(xs + ((n * x.d + d) * x.h + h) * x.w * channels, dys + row * y.w * channels, kw,
                sums + ((kd * wh.kernel + kh) * ww.kernel + kw) * channels);
    }
}

// Sums along a row in float, and of rows in double.
template <class T>
void DepthwiseWeightGradient::add_tap(const T* xs, const T* dys, std::int64_t kw, double* sums) const {
  const LocalWindow& w = problem_.window[2];
  const std::int64_t channels = problem_.y.c;
  const Interval outputs = outputs_reading(w, kw, problem_.x.box.w.size(), problem_.y.box.w.size());
  if (outputs.empty()) return;
  xs += (outputs.begin * w.stride + first_read(w, kw)) * channels;
  dys += outputs.begin * channels;
  // The widest blocks have as many independent sums as hide the latency of an addition.
  for_each_channel_block<64, 8, 1>(channels, [&](auto lanes, std::int64_t c) {
    float sum[lanes] = {};
    const T *in = xs + c, *gradient = dys + c;
    for (std::int64_t o = outputs.begin; o < outputs.end; ++o) {
#pragma omp simd
      for (int i = 0; i < lanes; ++i) sum[i] += in[i] * gradient[i];
      in += w.stride * channels;
      gradient += channels;
    }
    for (int i = 0; i < lanes; ++i) sums[c + i] += sum[i];
  });
}

}  // namespace tessera
