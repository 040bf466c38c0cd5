#include "models/kernels/max_pool.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

#include "models/base/channel_blocks.hpp"

namespace tessera {
namespace {

constexpr int kLanes = 16;  // channels in one pass: one or two vectors of any current machine
// In the byte kept for each pooled element: it is <= 0, so the slope applies; the other bits are its tap.
constexpr std::int32_t kSloped = 0x80;

// The taps k in [0, taps) whose input origin + k lies in [0, limit).
Interval within(std::int64_t origin, std::int64_t taps, std::int64_t limit) {
  return intersect(Interval{0, taps}, Interval{-origin, limit - origin});
}

// The outputs whose window covers input i: those o with 0 <= i + pad_lo - o * stride < kernel.
Interval covering(const LocalWindow& w, std::int64_t i, std::int64_t outputs) {
  const std::int64_t reach = i + w.pad_lo;
  const std::int64_t first = reach < w.kernel ? 0 : (reach - w.kernel) / w.stride + 1;
  return {first, std::min(outputs, reach / w.stride + 1)};
}

class VectorMaxPool final : public MaxPoolKernel {
 public:
  VectorMaxPool(const WindowProblem& problem, double slope)
      : window_(problem.window),
        x_(problem.x.box.extents()),
        y_(problem.y.box.extents()),
        n_(problem.y.n),
        c_(problem.y.c),
        slope_(static_cast<float>(slope)) {
    assert(window_[0].kernel * window_[1].kernel * window_[2].kernel < kSloped);
    for (const LocalWindow& w : window_) assert(w.dilation == 1);
  }

  void forward(ConstTensorView x, TensorView y, std::span<std::byte> saved) override {
    const float* xs = x.data<float>();
    float* ys = y.data<float>();
    auto* taps = reinterpret_cast<std::uint8_t*>(saved.data());
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < n_ * y_.d * y_.h; ++row) forward_row(xs, ys, taps, row);
  }

  void backward(ConstTensorView dy, std::span<const std::byte> saved, TensorView dx) override {
    const float* dys = dy.data<float>();
    const auto* taps = reinterpret_cast<const std::uint8_t*>(saved.data());
    float* dxs = dx.data<float>();
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < n_ * x_.d * x_.h; ++row) backward_row(dys, taps, dxs, row);
  }

  std::vector<std::string> implementations() const override {
    return {"vector"};
  }

 private:
  void forward_row(const float* xs, float* ys, std::uint8_t* taps, std::int64_t row) const {
    const auto& [wd, wh, ww] = window_;
    const std::int64_t n = row / (y_.d * y_.h), od = row / y_.h % y_.d, oh = row % y_.h;
    const std::int64_t d0 = od * wd.stride - wd.pad_lo, h0 = oh * wh.stride - wh.pad_lo;
    const Interval kd = within(d0, wd.kernel, x_.d), kh = within(h0, wh.kernel, x_.h);
    for (std::int64_t ow = 0; ow < y_.w; ++ow) {
      const std::int64_t w0 = ow * ww.stride - ww.pad_lo;
      const Interval kw = within(w0, ww.kernel, x_.w);
      for_each_channel_block<kLanes, 1>(c_, [&](auto lanes, std::int64_t c) {
        Pooled<lanes> pooled;
        for (std::int64_t d = kd.begin; d < kd.end; ++d)
          for (std::int64_t h = kh.begin; h < kh.end; ++h)
            for (std::int64_t w = kw.begin; w < kw.end; ++w)
              pooled.keep_larger(xs + (((n * x_.d + d0 + d) * x_.h + h0 + h) * x_.w + w0 + w) * c_ + c,
                                 static_cast<std::int32_t>((d * wh.kernel + h) * ww.kernel + w));
        const std::int64_t out = (row * y_.w + ow) * c_ + c;
        pooled.store(slope_, ys + out, taps + out);
      });
    }
  }

  // The largest elements so far of some channels of a window, and their taps.
  template <int lanes>
  struct Pooled {
    float best[lanes];
    std::int32_t tap_of[lanes];

    Pooled() {
      for (int i = 0; i < lanes; ++i) {
        best[i] = -std::numeric_limits<float>::infinity();
        tap_of[i] = 0;
      }
    }
    // NaN counts as largest, so that it isn't lost on the way to the loss.
    void keep_larger(const float* in, std::int32_t tap) {
#pragma omp simd
      for (int i = 0; i < lanes; ++i) {
        const bool larger = !(in[i] <= best[i]);
        const bool keep = best[i] != best[i];
        tap_of[i] = larger && !keep ? tap : tap_of[i];
        best[i] = larger && !keep ? in[i] : best[i];
      }
    }
    void store(float slope, float* y, std::uint8_t* taps) {
#pragma omp simd
      for (int i = 0; i < lanes; ++i) {
        tap_of[i] |= best[i] <= 0 ? kSloped : 0;
        y[i] = best[i] <= 0 ? slope * best[i] : best[i];
      }
      for (int i = 0; i < lanes; ++i) taps[i] = static_cast<std::uint8_t>(tap_of[i]);
    }
  };

  // One row of dx gathers from the windows that cover it, so each element is written once whatever the
  // stride.
  void backward_row(const float* dys, const std::uint8_t* taps, float* dxs, std::int64_t row) const {
    const auto& [wd, wh, ww] = window_;
    const std::int64_t n = row / (x_.d * x_.h), d = row / x_.h % x_.d, h = row % x_.h;
    const Interval ods = covering(wd, d, y_.d), ohs = covering(wh, h, y_.h);
    for (std::int64_t w = 0; w < x_.w; ++w) {
      float* out = dxs + (row * x_.w + w) * c_;
      const Interval ows = covering(ww, w, y_.w);
      bool written = false;
      for (std::int64_t od = ods.begin; od < ods.end; ++od)
        for (std::int64_t oh = ohs.begin; oh < ohs.end; ++oh)
          for (std::int64_t ow = ows.begin; ow < ows.end; ++ow) {
            const std::int64_t kd = d + wd.pad_lo - od * wd.stride, kh = h + wh.pad_lo - oh * wh.stride,
                               kw = w + ww.pad_lo - ow * ww.stride;
            const auto tap = static_cast<std::int32_t>((kd * wh.kernel + kh) * ww.kernel + kw);
            const std::int64_t in = (((n * y_.d + od) * y_.h + oh) * y_.w + ow) * c_;
            for_each_channel_block<kLanes, 1>(c_, [&](auto lanes, std::int64_t c) {
              gather<lanes>(dys + in + c, taps + in + c, tap, out + c, written);
            });
            written = true;
          }
      if (!written) std::fill_n(out, c_, 0.0F);
    }
  }

  template <int lanes>
  void gather(const float* dy, const std::uint8_t* taps, std::int32_t tap, float* out, bool add) const {
    std::int32_t saved[lanes];
    for (int i = 0; i < lanes; ++i) saved[i] = taps[i];
    float share[lanes];
    const float slope = slope_;
#pragma omp simd
    for (int i = 0; i < lanes; ++i) {
      const float scaled = (saved[i] & kSloped) != 0 ? slope * dy[i] : dy[i];
      share[i] = (saved[i] & ~kSloped) == tap ? scaled : 0.0F;
    }
    if (add)
      for (int i = 0; i < lanes; ++i) out[i] += share[i];
    else
      for (int i = 0; i < lanes; ++i) out[i] = share[i];
  }

  std::array<LocalWindow, 3> window_;
  Extents x_, y_;
  std::int64_t n_, c_;
  float slope_;
};

}  // namespace

std::unique_ptr<MaxPoolKernel> make_vector_max_pool(const WindowProblem& problem, double negative_slope) {
  return std::make_unique<VectorMaxPool>(problem, negative_slope);
}

}  // namespace tessera
