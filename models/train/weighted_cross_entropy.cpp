#include "models/train/weighted_cross_entropy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

namespace tessera {
namespace {

constexpr std::size_t kParts = 64;  // sums of their own, added in order: the same bits for any team

template <class T>
struct Pixels {
  std::size_t classes;
  const double* weights;
  double weight;  // of one pixel
  const T* logits;
  const T* labels;
  T* gradients;
};

// The logits' maximum is taken off before exp, which can't overflow then.
template <class T>
double share_of_pixels(const Pixels<T>& pixels, std::size_t begin, std::size_t end) {
  double sum = 0;
  std::size_t labelled = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const T* const logits = pixels.logits + i * pixels.classes;
    T* const gradients = pixels.gradients + i * pixels.classes;
    const T top = *std::max_element(logits, logits + pixels.classes);
    T total = 0, of_label = 0;
    double weight = 0;
    for (std::size_t c = 0; c < pixels.classes; ++c) {
      const bool label = pixels.labels[i] == static_cast<T>(c);
      total += gradients[c] = std::exp(logits[c] - top);
      of_label = label ? logits[c] - top : of_label;
      weight = label ? pixels.weights[c] : weight;
      labelled += label;
    }
    sum += weight * static_cast<double>(std::log(total) - of_label);
    const T scale = static_cast<T>(pixels.weight * weight);
    for (std::size_t c = 0; c < pixels.classes; ++c)
      gradients[c] = scale * (gradients[c] / total - (pixels.labels[i] == static_cast<T>(c) ? T{1} : T{0}));
  }
  assert(labelled == end - begin);  // every label is a class
  return pixels.weight * sum;
}

template <class T>
double share_as(const Pixels<T>& pixels, std::size_t counted) {
  std::array<double, kParts> parts{};
#pragma omp parallel for schedule(static)
  for (std::size_t part = 0; part < kParts; ++part)
    parts[part] = share_of_pixels(pixels, counted * part / kParts, counted * (part + 1) / kParts);
  return std::accumulate(parts.begin(), parts.end(), 0.0);
}

}  // namespace

WeightedCrossEntropy::WeightedCrossEntropy(std::vector<double> class_weights, std::int64_t pixels)
    : class_weights_(std::move(class_weights)), pixels_(pixels) {
  assert(!class_weights_.empty() && pixels > 0);
}

double WeightedCrossEntropy::share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                                   TensorView gradient) const {
  const Layout& layout = prediction.layout;
  const std::size_t classes = class_weights_.size();
  assert(layout.c == static_cast<std::int64_t>(classes) && gradient.layout == layout);
  assert(target.layout == (Layout{layout.n, 1, layout.box, layout.element}));
  assert(0 <= share.counted && share.counted <= layout.n);
  const auto counted = static_cast<std::size_t>(share.counted * layout.box.count());
  const double weight = share.weight / static_cast<double>(pixels_);
  return with_wide_element(layout.element, [&]<class T>(T) {
    const std::span<T> gradients = gradient.span<T>();
    std::fill(gradients.begin() + static_cast<std::ptrdiff_t>(counted * classes), gradients.end(), T{0});
    return share_as<T>(
        {classes, class_weights_.data(), weight, prediction.data<T>(), target.data<T>(), gradients.data()},
        counted);
  });
}

std::vector<double> deepcam_class_weights() {
  std::vector<double> weights = {0.986267818390377, 0.0004578708870701058, 0.01327431072255291};
  for (double& weight : weights) weight = std::pow(weight, -0.125);
  return weights;
}

}  // namespace tessera
