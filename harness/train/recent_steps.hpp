#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "harness/process/statistics.hpp"

namespace tessera {

/// How long the last training steps took, up to kKept of them, in seconds. Adding one allocates nothing.
class RecentSteps {
 public:
  static constexpr std::size_t kKept = 4096;

  void add(double seconds) { seconds_[added_++ % kKept] = seconds; }
  /// 0 before the first step.
  double median() const {
    const auto kept = static_cast<std::ptrdiff_t>(std::min(added_, kKept));
    return kept == 0 ? 0 : tessera::median(std::vector<double>(seconds_.begin(), seconds_.begin() + kept));
  }

 private:
  std::array<double, kKept> seconds_{};
  std::size_t added_ = 0;
};

}  // namespace tessera
