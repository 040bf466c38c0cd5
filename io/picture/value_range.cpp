#include "io/picture/value_range.hpp"

#include <algorithm>
#include <cmath>

namespace tessera {

void ValueRange::take(double value) {
  if (!std::isfinite(value)) {
    finite = false;
    return;
  }
  minimum = std::min(minimum, value);
  maximum = std::max(maximum, value);
}

void ValueRange::take(const ValueRange& other) {
  finite &= other.finite;
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
}

double ValueRange::share(double value) const {
  return maximum > minimum ? (value - minimum) / (maximum - minimum) : 0;
}

}  // namespace tessera
