#include "models/train/sigmoid_cross_entropy.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace tessera {
namespace {

// log(1 + exp(x)) - t x, in which exp can't overflow.
double cross_entropy(double x, double t) {
  return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))) - t * x;
}

double sigmoid_of(double x) {
  const double small = std::exp(-std::abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

// weight: of one element.
template <class T>
double sigmoid_share(std::span<const T> logits, std::span<const T> target, double weight, std::size_t counted,
                     std::span<T> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    const double x = logits[i], t = target[i];
    sum += cross_entropy(x, t);
    gradient[i] = static_cast<T>(weight * (sigmoid_of(x) - t));
  }
  std::fill(gradient.begin() + static_cast<std::ptrdiff_t>(counted), gradient.end(), T{0});
  return weight * sum;
}

}  // namespace

SigmoidCrossEntropy::SigmoidCrossEntropy(std::int64_t outputs) : outputs_(outputs) {
  assert(outputs > 0);
}

double SigmoidCrossEntropy::share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                                  TensorView gradient) const {
  const Layout& layout = prediction.layout;
  assert(target.layout == layout && gradient.layout == layout);
  assert(0 <= share.counted && share.counted <= layout.n);
  const double weight = share.weight / static_cast<double>(outputs_);
  const auto counted = static_cast<std::size_t>(share.counted * layout.c * layout.box.count());
  return with_wide_element(layout.element, [&]<class T>(T) {
    return sigmoid_share<T>(prediction.span<T>(), target.span<T>(), weight, counted, gradient.span<T>());
  });
}

}  // namespace tessera
