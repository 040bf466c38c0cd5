#include "models/train/mean_squared_error.hpp"

#include <algorithm>
#include <span>

namespace tessera {
namespace {

// weight: of one element.
template <class T>
double share_as(std::span<const T> prediction, std::span<const T> target, double weight, std::size_t counted,
                std::span<T> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    const double error = static_cast<double>(prediction[i]) - static_cast<double>(target[i]);
    sum += error * error;
    gradient[i] = static_cast<T>(2 * weight * error);
  }
  std::fill(gradient.begin() + static_cast<std::ptrdiff_t>(counted), gradient.end(), T{0});
  return weight * sum;
}

}  // namespace

MeanSquaredError::MeanSquaredError(std::int64_t outputs) : outputs_(outputs) {
  assert(outputs > 0);
}

double MeanSquaredError::share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                               TensorView gradient) const {
  const Layout& layout = prediction.layout;
  assert(target.layout == layout && gradient.layout == layout);
  assert(0 <= share.counted && share.counted <= layout.n);
  const double weight = share.weight / static_cast<double>(outputs_);
  const auto counted = static_cast<std::size_t>(share.counted * layout.c * layout.box.count());
  return with_wide_element(layout.element, [&]<class T>(T) {
    return share_as<T>(prediction.span<T>(), target.span<T>(), weight, counted, gradient.span<T>());
  });
}

}  // namespace tessera
