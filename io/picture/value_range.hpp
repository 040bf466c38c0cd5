#pragma once

#include <limits>

namespace tessera {

/// From the smallest to the largest of what it was shown.
struct ValueRange {
  double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum;
  bool finite = true;

  void take(double value);
  void take(const ValueRange& other);
  /// How far up the range a value of it lies, from 0 to 1; 0 where all values are equal.
  double share(double value) const;
};

}  // namespace tessera
