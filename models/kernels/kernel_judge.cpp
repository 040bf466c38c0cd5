#include "models/kernels/kernel_judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

double distance_of(std::span<const double> found, std::span<const double> truth, Element element) {
  double difference = 0, norm = 0, largest = 0, worst = 0;
  for (const double value : truth) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!std::isfinite(found[i])) return std::numeric_limits<double>::infinity();
    const double off = std::abs(found[i] - truth[i]);
    const double last_bit = std::ldexp(std::max(std::abs(found[i]), std::abs(truth[i])), -7);
    difference += off * off;
    norm += truth[i] * truth[i];
    worst = std::max(worst, off - last_bit);
  }
  if (element == Element::BF16) return worst / (largest > 0 ? largest : 1);
  return std::sqrt(difference / (norm > 0 ? norm : 1));
}

}  // namespace

double Rounding::bound() const {
  return 1e-5 + std::ldexp(std::sqrt(static_cast<double>(terms)), -24);
}

void KernelJudge::compare(Direction direction, std::span<const double> found, std::span<const double> truth,
                          const Rounding& rounding) {
  judge(direction, distance_of(found, truth, rounding.element), rounding.bound());
}

void KernelJudge::compare_taps(std::span<const std::byte> found, std::span<const std::byte> truth,
                               Element element) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) others += found[i] != truth[i] ? 1 : 0;
  judge(Direction::Forward, static_cast<double>(others) / static_cast<double>(truth.size()),
        element == Element::BF16 ? 1.0 / 32 : 1e-3);
}

void KernelJudge::judge(Direction direction, double distance, double bound) {
  if (mismatch_ || distance <= bound) return;
  mismatch_ = {direction, implementation_of(implementations_, direction), distance, bound};
}

}  // namespace tessera
