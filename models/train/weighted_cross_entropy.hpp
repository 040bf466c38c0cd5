#pragma once

#include <vector>

#include "models/train/loss.hpp"

namespace tessera {

/// Class-weighted cross-entropy of DeepCAM (Kurth et al., SC18, arXiv:1810.01993), as its reference averages
/// it: -weight[label] log softmax(logits)[label], meant over all pixels of a sample (not divided by the sum
/// of the weights) and then over the samples of the global batch.
class WeightedCrossEntropy final : public Loss {
 public:
  /// class_weights: one a class. pixels: D x H x W of one whole sample, of which this process may hold a
  /// part.
  WeightedCrossEntropy(std::vector<double> class_weights, std::int64_t pixels);

  /// prediction: logits, C = classes. target: class indices 0 .. C - 1 as numbers, C = 1, over the same
  /// samples and box, which may be empty; a label that is no class is the reader's to refuse. Elements F32 or
  /// F64, computed as such by the OpenMP team; the sum is taken in double precision, and its bits don't
  /// depend on the size of the team.
  double share(ConstTensorView prediction, ConstTensorView target, LossScale share,
               TensorView gradient) const override;

 private:
  std::vector<double> class_weights_;
  std::int64_t pixels_;
};

/// The reference DeepCAM's weights of background, tropical cyclone and atmospheric river: frequency^(-1/8),
/// with the frequencies of the classes in the real data; used for generated data as well.
std::vector<double> deepcam_class_weights();

}  // namespace tessera
