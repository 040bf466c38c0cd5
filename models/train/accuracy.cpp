#include "models/train/accuracy.hpp"

#include <algorithm>

namespace tessera {
namespace {

// How many classes are predicted before this one.
template <class T>
std::int64_t rank_of(const T* values, std::int64_t classes, std::int64_t one) {
  std::int64_t before = 0;
  for (std::int64_t c = 0; c < classes; ++c)
    before += c < one ? !(values[c] < values[one]) : c > one && !(values[c] <= values[one]);
  return before;
}

template <class T>
std::int64_t class_at(const T* target, std::int64_t channels) {
  return channels == 1 ? static_cast<std::int64_t>(target[0])
                       : std::max_element(target, target + channels) - target;
}

// A number that is none never compares as right.
template <class T>
std::int64_t right_answers(std::span<const T> values, std::span<const T> targets, std::size_t counted,
                           double threshold) {
  std::int64_t right = 0;
  for (std::size_t i = 0; i < counted; ++i)
    right += targets[i] > 0.5 ? values[i] > threshold : values[i] <= threshold;
  return right;
}

}  // namespace

void TopAccuracy::add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
                      GroupSum& /*spatial*/) {
  const Layout& layout = prediction.layout;
  assert(target.layout.c == 1 || target.layout.c == layout.c);
  assert(target.layout.n == layout.n && target.layout.box == layout.box);
  assert(0 <= counted && counted <= layout.n);
  const std::int64_t positions = counted * layout.box.count();
  with_wide_element(layout.element, [&]<class T>(T) {
    for (std::int64_t p = 0; p < positions; ++p) {
      const std::int64_t truth = class_at(target.data<T>() + p * target.layout.c, target.layout.c);
      sums_[0] += rank_of(prediction.data<T>() + p * layout.c, layout.c, truth) < top_;
    }
  });
  sums_[1] += static_cast<double>(positions);
}

void BinaryAccuracy::add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
                         GroupSum& /*spatial*/) {
  const Layout& layout = prediction.layout;
  assert(target.layout == layout);
  const auto answers = static_cast<std::size_t>(counted * layout.c * layout.box.count());
  with_wide_element(layout.element, [&]<class T>(T) {
    sums_[0] +=
        static_cast<double>(right_answers<T>(prediction.span<T>(), target.span<T>(), answers, threshold_));
  });
  sums_[1] += static_cast<double>(answers);
}

}  // namespace tessera
