#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "harness/process/statistics.hpp"

namespace tessera {

/// How long the last training steps took, up to kKept of them, in seconds. Adding one allocates nothing.
class RecentSteps {
 public:
  static constexpr std::size_t kKept = 4096;

  void add(double seconds) { seconds_[added_++ % kKept] = seconds; }
  /// Nothing before the first step.
  std::optional<double> median() const {
    if (added_ == 0) return std::nullopt;
    const auto kept = static_cast<std::ptrdiff_t>(std::min(added_, kKept));
    return tessera::median(std::vector<double>(seconds_.begin(), seconds_.begin() + kept));
  }

 private:
  std::array<double, kKept> seconds_{};
  std::size_t added_ = 0;
};

}  // namespace tessera
