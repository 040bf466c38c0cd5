#pragma once

#include <cmath>
#include <vector>

/// Adam's bias-corrected moments said in another way than by recursion: the mean of all that was seen, each
/// weighted by beta^age.
namespace tessera::test {

/// Of history[i]^power; the newest stands last.
inline double mean_by_age(const std::vector<double>& history, double beta, int power) {
  double sum = 0, weights = 0, weight = 1;
  for (auto seen = history.rbegin(); seen != history.rend(); ++seen, weight *= beta) {
    sum += weight * std::pow(*seen, power);
    weights += weight;
  }
  return sum / weights;
}

/// The mean gradient, relative to its root mean square.
inline double plain_direction(const std::vector<double>& history, double beta1, double beta2,
                              double epsilon) {
  return mean_by_age(history, beta1, 1) / (std::sqrt(mean_by_age(history, beta2, 2)) + epsilon);
}

}  // namespace tessera::test
