#include "models/kernels/max_pool.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "models/base/lanes.hpp"
#include "models/kernels/pooled_lanes.hpp"

namespace tessera {
namespace {

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

template <class T>
class VectorMaxPool final : public MaxPoolKernel {
 public:
  VectorMaxPool(const WindowProblem& problem, double slope)
      : window_(problem.window),
        x_(problem.x.box.extents()),
        y_(problem.y.box.extents()),
        n_(problem.y.n),
        c_(problem.y.c),
        slope_(static_cast<float>(slope)) {
    assert(window_[0].kernel * window_[1].kernel * window_[2].kernel < kPoolTaps);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      assert(window_[axis].dilation == 1);
      for (std::int64_t i = 0; i < x_.axes()[axis]; ++i)
        covering_[axis].push_back(covering(window_[axis], i, y_.axes()[axis]));
    }
  }

  void forward(ConstTensorView x, TensorView y, std::span<std::byte> saved) override {
    const T* xs = x.data<T>();
    T* ys = y.data<T>();
    auto* taps = reinterpret_cast<std::uint8_t*>(saved.data());
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < n_ * y_.d * y_.h; ++row) forward_row(xs, ys, taps, row);
  }

  void backward(ConstTensorView dy, std::span<const std::byte> saved, TensorView dx) override {
    const T* dys = dy.data<T>();
    const auto* taps = reinterpret_cast<const std::uint8_t*>(saved.data());
    T* dxs = dx.data<T>();
#pragma omp parallel for schedule(static)
    for (std::int64_t row = 0; row < n_ * x_.d * x_.h; ++row) backward_row(dys, taps, dxs, row);
  }

  std::vector<std::string> implementations() const override {
    return {"vector"};
  }

 private:
  void forward_row(const T* xs, T* ys, std::uint8_t* taps, std::int64_t row) const {
    const auto& [wd, wh, ww] = window_;
    const std::int64_t n = row / (y_.d * y_.h), od = row / y_.h % y_.d, oh = row % y_.h;
    const std::int64_t d0 = od * wd.stride - wd.pad_lo, h0 = oh * wh.stride - wh.pad_lo;
    const Interval kd = within(d0, wd.kernel, x_.d), kh = within(h0, wh.kernel, x_.h);
    for (std::int64_t ow = 0; ow < y_.w; ++ow) {
      const std::int64_t w0 = ow * ww.stride - ww.pad_lo;
      const Interval kw = within(w0, ww.kernel, x_.w);
      lanes::for_each_block(c_, [&](auto count, std::int64_t c) {
        PooledLanes<count> pooled;
        for (std::int64_t d = kd.begin; d < kd.end; ++d)
          for (std::int64_t h = kh.begin; h < kh.end; ++h)
            for (std::int64_t w = kw.begin; w < kw.end; ++w)
              pooled.keep_larger(
                  lanes::load<count>(xs + (((n * x_.d + d0 + d) * x_.h + h0 + h) * x_.w + w0 + w) * c_ + c),
                  static_cast<std::int32_t>((d * window_[1].kernel + h) * window_[2].kernel + w));
        const std::int64_t out = (row * y_.w + ow) * c_ + c;
        pooled.store(slope_, ys + out, taps + out);
      });
    }
  }

  // A row of dy whose windows cover a row of x, and the first of their taps there.
  struct CoveringRow {
    std::int64_t first;  // of its elements
    std::int32_t tap;
  };

  // One row of dx gathers from the windows that cover it, so each element is written once whatever the
  // stride.
  void backward_row(const T* dys, const std::uint8_t* taps, T* dxs, std::int64_t row) const {
    const auto& [wd, wh, ww] = window_;
    const std::int64_t n = row / (x_.d * x_.h), d = row / x_.h % x_.d, h = row % x_.h;
    std::array<CoveringRow, kPoolTaps> rows;  // there are no more taps
    std::size_t count_of_rows = 0;
    for (std::int64_t od = covering_[0][d].begin; od < covering_[0][d].end; ++od)
      for (std::int64_t oh = covering_[1][h].begin; oh < covering_[1][h].end; ++oh) {
        const std::int64_t kd = d + wd.pad_lo - od * wd.stride, kh = h + wh.pad_lo - oh * wh.stride;
        rows[count_of_rows++] = {((n * y_.d + od) * y_.h + oh) * y_.w * c_,
                                 static_cast<std::int32_t>((kd * wh.kernel + kh) * ww.kernel)};
      }
    const std::span<const CoveringRow> covering_rows(rows.data(), count_of_rows);
    for (std::int64_t w = 0; w < x_.w; ++w)
      backward_cell(covering_rows, dys, taps, w, dxs + (row * x_.w + w) * c_);
  }

  void backward_cell(std::span<const CoveringRow> rows, const T* dys, const std::uint8_t* taps,
                     std::int64_t w, T* dx) const {
    const LocalWindow& window = window_[2];
    const Interval columns = covering_[2][w];
    const float slope = slope_;
    lanes::for_each_block(c_, [&](auto count, std::int64_t c) {
      lanes::Floats<count> sum{};
      for (const CoveringRow& row : rows)
        for (std::int64_t column = columns.begin; column < columns.end; ++column) {
          const auto tap = static_cast<std::int32_t>(row.tap + w + window.pad_lo - column * window.stride);
          const std::int64_t in = row.first + column * c_ + c;
          const lanes::Ints<count> saved = lanes::load<count>(taps + in);
          const lanes::Floats<count> gradients = lanes::load<count>(dys + in);
          const lanes::Floats<count> scaled = (saved & kPoolSloped) != 0 ? slope * gradients : gradients;
          sum += (saved & ~kPoolSloped) == tap ? scaled : lanes::Floats<count>{};
        }
      lanes::store<count>(sum, dx + c);
    });
  }

  std::array<LocalWindow, 3> window_;
  Extents x_, y_;
  std::array<std::vector<Interval>, 3> covering_;  // by axis and input
  std::int64_t n_, c_;
  float slope_;
};

}  // namespace

std::unique_ptr<MaxPoolKernel> make_vector_max_pool(const WindowProblem& problem, double negative_slope) {
  if (problem.x.element == Element::BF16)
    return std::make_unique<VectorMaxPool<Bfloat16>>(problem, negative_slope);
  return std::make_unique<VectorMaxPool<float>>(problem, negative_slope);
}

}  // namespace tessera
