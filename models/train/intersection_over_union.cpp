#include "models/train/intersection_over_union.hpp"

#include <algorithm>

namespace tessera {
namespace {

// Pixels of a class that are counted.
enum Set : std::uint8_t { kPredicted, kLabelled, kBoth, kSets };

}  // namespace

// Whole numbers: the order of the team's additions is of no consequence.
template <class T>
void IntersectionOverUnion::count(const T* logits, const T* labels, std::int64_t pixels,
                                  double* counts) const {
  const std::size_t classes = classes_, size = classes * kSets;
#pragma omp parallel for schedule(static) reduction(+ : counts[:size])
  for (std::int64_t i = 0; i < pixels; ++i) {
    const T* const first = logits + static_cast<std::size_t>(i) * classes;
    const auto predicted = static_cast<std::size_t>(std::max_element(first, first + classes) - first);
    for (std::size_t c = 0; c < classes; ++c) {
      const bool label = labels[i] == static_cast<T>(c);
      counts[c * kSets + kPredicted] += c == predicted;
      counts[c * kSets + kLabelled] += label;
      counts[c * kSets + kBoth] += label && c == predicted;
    }
  }
}

double IntersectionOverUnion::of_sample(const double* counts) const {
  double sum = 0;
  for (std::size_t c = 0; c < classes_; ++c, counts += kSets) {
    const double either = counts[kPredicted] + counts[kLabelled] - counts[kBoth];
    sum += either > 0 ? counts[kBoth] / either : 1;
  }
  return sum / static_cast<double>(classes_);
}

void IntersectionOverUnion::add(ConstTensorView prediction, ConstTensorView target, std::int64_t counted,
                                GroupSum& spatial) {
  const Layout& layout = prediction.layout;
  const std::int64_t pixels = layout.box.count();
  const std::size_t size = classes_ * kSets;
  assert(layout.c == static_cast<std::int64_t>(classes_));
  assert(target.layout == (Layout{layout.n, 1, layout.box, layout.element}));
  assert(0 <= counted && counted <= layout.n);
  counts_.assign(static_cast<std::size_t>(layout.n) * size, 0.0);  // of one length on all processes
  with_wide_element(layout.element, [&]<class T>(T) {
    for (std::int64_t n = 0; n < counted; ++n)
      count(prediction.data<T>() + n * pixels * layout.c, target.data<T>() + n * pixels, pixels,
            counts_.data() + static_cast<std::size_t>(n) * size);
  });
  spatial.sum(counts_);
  for (std::size_t n = 0; n < static_cast<std::size_t>(counted); ++n)
    sums_[0] += of_sample(counts_.data() + n * size);
  sums_[1] += static_cast<double>(counted);
}

}  // namespace tessera
