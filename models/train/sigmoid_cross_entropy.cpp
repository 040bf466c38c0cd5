#include "models/train/sigmoid_cross_entropy.hpp"

#include <algorithm>
#include <cmath>

#include "models/train/elementwise_loss.hpp"

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

}  // namespace

SigmoidCrossEntropy::SigmoidCrossEntropy(std::int64_t outputs) : outputs_(outputs) {
  assert(outputs > 0);
}

double SigmoidCrossEntropy::share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                                  TensorView gradient) const {
  return elementwise_share(prediction, target, share, outputs_, gradient, [](double x, double t) {
    return ElementLoss{cross_entropy(x, t), sigmoid_of(x) - t};
  });
}

}  // namespace tessera
