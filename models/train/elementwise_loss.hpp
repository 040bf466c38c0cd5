#pragma once

#include <algorithm>
#include <cassert>
#include <span>

#include "models/train/loss.hpp"

namespace tessera {

/// What of an element a loss is a sum of, and its derivative by the prediction.
struct ElementLoss {
  double value = 0, derivative = 0;
};

/// Loss::share of a mean over the `outputs` of a sample of what of(prediction, target) says of each element.
template <class Of>
double elementwise_share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                         std::int64_t outputs, TensorView gradient, Of&& of) {
  const Layout& layout = prediction.layout;
  assert(target.layout == layout && gradient.layout == layout);
  assert(0 <= share.counted && share.counted <= layout.n);
  const double weight = share.weight / static_cast<double>(outputs);  // of one element
  const auto counted = static_cast<std::size_t>(share.counted * layout.c * layout.box.count());
  return with_wide_element(layout.element, [&]<class T>(T) {
    const std::span<const T> predicted = prediction.span<T>(), wanted = target.span<T>();
    const std::span<T> to = gradient.span<T>();
    double sum = 0;
    for (std::size_t i = 0; i < counted; ++i) {
      const ElementLoss element = of(static_cast<double>(predicted[i]), static_cast<double>(wanted[i]));
      sum += element.value;
      to[i] = static_cast<T>(weight * element.derivative);
    }
    std::fill(to.begin() + static_cast<std::ptrdiff_t>(counted), to.end(), T{0});
    return weight * sum;
  });
}

}  // namespace tessera
