#include "models/train/metrics.hpp"

#include <cmath>
#include <numeric>

namespace tessera {
namespace {

template <class T>
void add_as(const T* prediction, const T* target, std::int64_t positions, std::span<double> sums) {
  const std::size_t channels = sums.size();
  for (std::int64_t i = 0; i < positions; ++i, prediction += channels, target += channels)
    for (std::size_t c = 0; c < channels; ++c)
      sums[c] += std::abs(static_cast<double>(prediction[c]) - static_cast<double>(target[c]));
}

}  // namespace

void MeanAbsoluteError::add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
                            GroupSum& /*spatial*/) {
  const Layout& layout = prediction.layout;
  const std::span<double> by_channel = std::span(sums_).first(sums_.size() - 1);
  assert(target.layout == layout && layout.c == static_cast<std::int64_t>(by_channel.size()));
  assert(0 <= counted && counted <= layout.n);
  const std::int64_t positions = counted * layout.box.count();
  with_wide_element(layout.element, [&]<class T>(T) {
    add_as(prediction.data<T>(), target.data<T>(), positions, by_channel);
  });
  sums_.back() += static_cast<double>(positions);
}

double MeanAbsoluteError::value() const {
  const auto channels = static_cast<double>(sums_.size() - 1);
  return std::accumulate(sums_.begin(), sums_.end() - 1, 0.0) / (channels * sums_.back());
}

}  // namespace tessera
