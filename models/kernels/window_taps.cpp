#include "models/kernels/window_taps.hpp"

namespace tessera {

Interval outputs_reading(const LocalWindow& window, std::int64_t tap, std::int64_t inputs,
                         std::int64_t outputs) {
  const std::int64_t first = first_read(window, tap);
  const auto at_least = [&](std::int64_t i) {  // the first output that reads i or what comes after it
    return i <= first ? 0 : divided_up(i - first, window.stride);
  };
  return intersect(Interval{at_least(0), at_least(inputs)}, Interval{0, outputs});
}

}  // namespace tessera
