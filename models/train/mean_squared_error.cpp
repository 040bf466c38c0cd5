#include "models/train/mean_squared_error.hpp"

#include "models/train/elementwise_loss.hpp"

namespace tessera {

MeanSquaredError::MeanSquaredError(std::int64_t outputs) : outputs_(outputs) {
  assert(outputs > 0);
}

double MeanSquaredError::share(ConstTensorView prediction, ConstTensorView target, LossScale share,
                               TensorView gradient) const {
  return elementwise_share(prediction, target, share, outputs_, gradient, [](double x, double t) {
    const double error = x - t;
    return ElementLoss{error * error, 2 * error};
  });
}

}  // namespace tessera
