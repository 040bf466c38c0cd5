#include <algorithm>
#include <cstring>
#include <limits>

#include "models/kernels/kernels.hpp"

// Every kernel here is the formula, written as loops. Nothing is tuned: what is fast is compared with this.
namespace tessera {
namespace {

// Local sizes of a tensor and the offset of an element, in memory order N D H W C.
struct Index {
  Extents e;
  std::int64_t c;

  explicit Index(const Layout& layout) : e(layout.box.extents()), c(layout.c) {}
  std::int64_t at(std::int64_t n, std::int64_t d, std::int64_t h, std::int64_t w) const {
    return (((n * e.d + d) * e.h + h) * e.w + w) * c;
  }
};

// Calls visit(x offset, y offset, tap) for each output position and each tap of its window that lies within
// the input.
template <class Visit>
void for_each_tap(const WindowProblem& p, Visit&& visit) {
  const Index x(p.x), y(p.y);
  const auto& [wd, wh, ww] = p.window;
  for (std::int64_t n = 0; n < p.y.n; ++n)
    for (std::int64_t od = 0; od < y.e.d; ++od)
      for (std::int64_t oh = 0; oh < y.e.h; ++oh)
        for (std::int64_t ow = 0; ow < y.e.w; ++ow)
          for (std::int64_t kd = 0; kd < wd.kernel; ++kd)
            for (std::int64_t kh = 0; kh < wh.kernel; ++kh)
              for (std::int64_t kw = 0; kw < ww.kernel; ++kw) {
                const std::int64_t d = od * wd.stride - wd.pad_lo + kd * wd.dilation;
                const std::int64_t h = oh * wh.stride - wh.pad_lo + kh * wh.dilation;
                const std::int64_t w = ow * ww.stride - ww.pad_lo + kw * ww.dilation;
                if (d < 0 || d >= x.e.d || h < 0 || h >= x.e.h || w < 0 || w >= x.e.w) continue;
                visit(x.at(n, d, h, w), y.at(n, od, oh, ow), (kd * wh.kernel + kh) * ww.kernel + kw);
              }
}

template <class T>
const T* as(const std::byte* bytes) {
  return reinterpret_cast<const T*>(bytes);
}
template <class T>
T* as(std::byte* bytes) {
  return reinterpret_cast<T*>(bytes);
}

template <class T>
class ReferenceConvolution final : public LinearKernel {
 public:
  explicit ReferenceConvolution(const ConvolutionProblem& problem)
      : p_(problem),
        in_(problem.x.c / problem.groups),
        out_(problem.y.c / problem.groups),
        weights_(static_cast<std::size_t>(problem.taps() * in_ * problem.y.c)),
        sums_(static_cast<std::size_t>(std::max(problem.x.count(), problem.y.count()))) {}

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte>) override {
    const T* xs = x.data<T>();
    const auto* bs = as<Wide<T>>(bias);
    read(as<Wide<T>>(weights));
    for (std::int64_t i = 0; i < p_.y.count(); ++i) sums_[i] = p_.bias ? bs[i % p_.y.c] : 0;
    for_each_product([&](std::int64_t xi, std::int64_t yi, const Wide<T>* w) {
      for (std::int64_t i = 0; i < in_; ++i)
        for (std::int64_t o = 0; o < out_; ++o) sums_[yi + o] += xs[xi + i] * w[i * out_ + o];
    });
    write_sums(y);
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte>) override {
    const T* dys = dy.data<T>();
    read(as<Wide<T>>(weights));
    std::fill_n(sums_.begin(), p_.x.count(), Wide<T>{0});
    for_each_product([&](std::int64_t xi, std::int64_t yi, const Wide<T>* w) {
      for (std::int64_t i = 0; i < in_; ++i)
        for (std::int64_t o = 0; o < out_; ++o) sums_[xi + i] += w[i * out_ + o] * dys[yi + o];
    });
    write_sums(dx);
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte>) override {
    const T *xs = x.data<T>(), *dys = dy.data<T>();
    std::fill(weights_.begin(), weights_.end(), Wide<T>{0});
    for_each_product([&](std::int64_t xi, std::int64_t yi, Wide<T>* w) {
      for (std::int64_t i = 0; i < in_; ++i)
        for (std::int64_t o = 0; o < out_; ++o) w[i * out_ + o] += xs[xi + i] * dys[yi + o];
    });
    auto* dw = as<Wide<T>>(weights_gradient);
    for_each_weight([&](std::size_t ours, std::size_t theirs) { dw[theirs] = weights_[ours]; });
    if (!p_.bias) return;
    auto* db = as<Wide<T>>(bias_gradient);
    std::fill_n(db, p_.y.c, Wide<T>{0});
    for (std::int64_t i = 0; i < p_.y.count(); ++i) db[i % p_.y.c] += dys[i];
  }

  std::vector<std::string> implementations() const override { return {"reference"}; }

 private:
  // Calls visit(x offset, y offset, weights) for each group of each tap of each output.
  template <class Visit>
  void for_each_product(Visit&& visit) {
    for_each_tap(p_, [&](std::int64_t xi, std::int64_t yi, std::int64_t tap) {
      for (std::int64_t g = 0; g < p_.groups; ++g)
        visit(xi + g * in_, yi + g * out_, weights_.data() + (tap * p_.groups + g) * in_ * out_);
    });
  }
  // Calls visit(place in weights_, place in the caller's order) for each weight.
  template <class Visit>
  void for_each_weight(Visit&& visit) const {
    std::size_t ours = 0;
    for (std::int64_t tap = 0; tap < p_.taps(); ++tap)
      for (std::int64_t g = 0; g < p_.groups; ++g)
        for (std::int64_t i = 0; i < in_; ++i)
          for (std::int64_t o = g * out_; o < (g + 1) * out_; ++o)
            visit(ours++, static_cast<std::size_t>(p_.order == WeightOrder::SpatialInOut
                                                       ? (tap * in_ + i) * p_.y.c + o
                                                       : (o * in_ + i) * p_.taps() + tap));
  }
  // Rounded as tensors are.
  void read(const Wide<T>* weights) {
    for_each_weight(
        [&](std::size_t ours, std::size_t theirs) { weights_[ours] = static_cast<T>(weights[theirs]); });
  }
  void write_sums(TensorView to) const {
    std::transform(sums_.begin(), sums_.begin() + to.layout.count(), to.data<T>(),
                   [](Wide<T> sum) { return static_cast<T>(sum); });
  }

  ConvolutionProblem p_;
  std::int64_t in_, out_;         // channels of one group
  std::vector<Wide<T>> weights_;  // tap, group, in, out
  std::vector<Wide<T>> sums_;     // of each element of y or x
};

template <class T>
class ReferenceMaxPool final : public MaxPoolKernel {
 public:
  ReferenceMaxPool(const WindowProblem& problem, double slope)
      : p_(problem),
        slope_(static_cast<Wide<T>>(slope)),
        sums_(static_cast<std::size_t>(problem.x.count())) {}

  void forward(ConstTensorView x, TensorView y, std::span<std::byte> saved) override {
    const T* xs = x.data<T>();
    T* ys = y.data<T>();
    std::fill_n(ys, p_.y.count(), static_cast<T>(-std::numeric_limits<Wide<T>>::infinity()));
    for_each_tap(p_, [&](std::int64_t xi, std::int64_t yi, std::int64_t tap) {
      for (std::int64_t c = 0; c < p_.y.c; ++c)
        if (xs[xi + c] > ys[yi + c] || xs[xi + c] != xs[xi + c]) {
          ys[yi + c] = xs[xi + c];
          saved[yi + c] = static_cast<std::byte>(tap);
        }
    });
    for (std::int64_t i = 0; i < p_.y.count(); ++i)
      if (ys[i] <= 0) {
        ys[i] = static_cast<T>(slope_ * ys[i]);
        saved[i] |= kSloped;
      }
  }

  void backward(ConstTensorView dy, std::span<const std::byte> saved, TensorView dx) override {
    const T* dys = dy.data<T>();
    T* dxs = dx.data<T>();
    std::ranges::fill(sums_, Wide<T>{0});
    for_each_tap(p_, [&](std::int64_t xi, std::int64_t yi, std::int64_t tap) {
      for (std::int64_t c = 0; c < p_.y.c; ++c) {
        const std::byte s = saved[yi + c];
        if ((s & ~kSloped) != static_cast<std::byte>(tap)) continue;
        sums_[xi + c] += (s & kSloped) != std::byte{0} ? slope_ * dys[yi + c] : dys[yi + c];
      }
    });
    std::ranges::transform(sums_, dxs, [](Wide<T> sum) { return static_cast<T>(sum); });
  }

  std::vector<std::string> implementations() const override { return {"reference"}; }

 private:
  static constexpr std::byte kSloped{0x80};
  WindowProblem p_;
  Wide<T> slope_;
  std::vector<Wide<T>> sums_;  // of each element of dx
};

template <class T>
class ReferenceDense final : public LinearKernel {
 public:
  explicit ReferenceDense(const DenseProblem& problem) : p_(problem) {}

  void forward(ConstTensorView x, const std::byte* weights, const std::byte* bias, TensorView y,
               std::span<std::byte>) override {
    const T *xs = x.data<T>(), *ws = as<T>(weights), *bs = as<T>(bias);
    T* ys = y.data<T>();
    for (std::int64_t n = 0; n < p_.n; ++n) {
      for (std::int64_t o = 0; o < p_.out; ++o) ys[n * p_.out + o] = p_.bias ? bs[o] : T{0};
      for (std::int64_t i = 0; i < p_.in; ++i)
        for (std::int64_t o = 0; o < p_.out; ++o) ys[n * p_.out + o] += xs[n * p_.in + i] * ws[weight(i, o)];
    }
  }

  void backward_inputs(ConstTensorView dy, const std::byte* weights, TensorView dx,
                       std::span<std::byte>) override {
    const T *dys = dy.data<T>(), *ws = as<T>(weights);
    T* dxs = dx.data<T>();
    for (std::int64_t n = 0; n < p_.n; ++n)
      for (std::int64_t i = 0; i < p_.in; ++i) {
        T sum = 0;
        for (std::int64_t o = 0; o < p_.out; ++o) sum += dys[n * p_.out + o] * ws[weight(i, o)];
        dxs[n * p_.in + i] = sum;
      }
  }

  void backward_parameters(ConstTensorView x, ConstTensorView dy, std::byte* weights_gradient,
                           std::byte* bias_gradient, std::span<std::byte>) override {
    const T *xs = x.data<T>(), *dys = dy.data<T>();
    T *dw = as<T>(weights_gradient), *db = as<T>(bias_gradient);
    std::fill_n(dw, p_.in * p_.out, T{0});
    for (std::int64_t n = 0; n < p_.n; ++n)
      for (std::int64_t i = 0; i < p_.in; ++i)
        for (std::int64_t o = 0; o < p_.out; ++o) dw[weight(i, o)] += xs[n * p_.in + i] * dys[n * p_.out + o];
    if (!p_.bias) return;
    std::fill_n(db, p_.out, T{0});
    for (std::int64_t n = 0; n < p_.n; ++n)
      for (std::int64_t o = 0; o < p_.out; ++o) db[o] += dys[n * p_.out + o];
  }

  std::vector<std::string> implementations() const override { return {"reference"}; }

 private:
  std::int64_t weight(std::int64_t in, std::int64_t out) const {
    return p_.order == WeightOrder::OutInSpatial ? out * p_.in + in : in * p_.out + out;
  }

  DenseProblem p_;
};

template <class T>
class ReferenceKernels final : public Kernels {
 public:
  Element element() const override { return element_of<T>(); }
  std::unique_ptr<LinearKernel> convolution(const ConvolutionProblem& problem) override {
    return with_element(problem.x.element, [&]<class Of>(Of) -> std::unique_ptr<LinearKernel> {
      return std::make_unique<ReferenceConvolution<Of>>(problem);
    });
  }
  std::unique_ptr<MaxPoolKernel> max_pool(const WindowProblem& problem, double negative_slope) override {
    return with_element(problem.x.element, [&]<class Of>(Of) -> std::unique_ptr<MaxPoolKernel> {
      return std::make_unique<ReferenceMaxPool<Of>>(problem, negative_slope);
    });
  }
  std::unique_ptr<LinearKernel> dense(const DenseProblem& problem) override {
    return std::make_unique<ReferenceDense<Wide<T>>>(problem);
  }
};

}  // namespace

std::unique_ptr<Kernels> make_reference_kernels(Element element) {
  return with_element(element, []<class T>(T) -> std::unique_ptr<Kernels> {
    return std::make_unique<ReferenceKernels<T>>();
  });
}

}  // namespace tessera
